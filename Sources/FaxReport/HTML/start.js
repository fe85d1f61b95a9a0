document.documentElement.classList.add("js");
$(".tools").append(theme.control());
overviewTable.start();
router.start();
