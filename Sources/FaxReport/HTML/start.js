$(".tools").append(theme.control());
overviewTable.start();
router.start();
