import FaxDSP

extension ClassTwoCall {
    func askForPage() {
        (pageStatus, pageEnd, rowsCounted) = (nil, nil, nil)
        command("AT+FDR", then: .askingForPage)
    }

    func takeReceiving(_ result: ModemResult) {
        switch (state, result) {
        // Some modems say OK between two documents.
        case (.askingForPage, .connect), (.askingForPage, .ok): hearPage()
        case (.askingForPage, .error), (.askingForPage, .noCarrier): close()
        // ERROR of Class 2.0: the modem's own check of the page (+FCQ).
        case (.pageHeard, .ok), (.pageHeard, .error): judgePage()
        case (.refusingPage, .ok): askForPage()
        case (.refusingPage, .error): fail("the modem does not take \(commands.pageStatus(2)) for a damaged page")
        case (_, .noCarrier): close()
        default: break
        }
    }

    private func hearPage() {
        opener = DataLink.Opener()
        data = []
        dropsLineFeed = true
        output.append(commands.isFinal ? DataLink.dc2 : DataLink.xon)
        state = .hearingPage(tries: 1)
    }

    func hear(_ octet: UInt8) {
        if dropsLineFeed {
            dropsLineFeed = false
            if octet == 0x0A { return }
        }
        switch opener.take(octet) {
        case .octets(let octets):
            guard data.count + octets.count <= Self.pageLimit else {
                return fail("a page is longer than \(Self.pageLimit) octets")
            }
            data += octets
            noteData()
        case .end: state = .pageHeard
        }
    }

    private func judgePage() {
        let page = ClassTwoPage.decode(data, as: agreed ?? own, rows: rowsCounted)
        data = []
        guard let page, page.rows > 0, !isBad(page) else {
            return command(commands.pageStatus(2), then: .refusingPage)
        }
        guard pages.count < Self.pageCountLimit else { return fail("the fax is longer than \(pages.count) pages") }
        pages.append(page.bitmap)
        guard keep(pages) else {
            pages.removeLast()
            return fail("the page could not be kept")
        }
        isLastPage = pageEnd == 2 || pageEnd == 6
        report.pagesReceived = pages.count
        report.badRows = page.badRows
        askForPage()
    }

    /// With error correction the modem has checked it. Without, one row in twenty may be damaged.
    private func isBad(_ page: DecodedPage) -> Bool {
        pageStatus == 2 || pageStatus == 4 || (agreed?.correction ?? 0) == 0 && page.badRows * 20 > page.rows
    }
}
