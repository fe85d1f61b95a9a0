import Foundation

/// efax and HylaFAX behind IAXmodem, which registers with our endpoint: faxes of 1 and 5 pages, both ways.
enum IAXModemRows {
    static var all: [InteropRow] {
        IAXModemCall.Software.allCases.flatMap { software in
            IAXModemCall.Direction.allCases.flatMap { direction in
                [1, 5].map { row(software, direction, pages: $0) }
            }
        } + ["alaw", "slinear"].map { row(.efax, .fromModem, pages: 1, codec: $0) }
    }

    private static func row(
        _ software: IAXModemCall.Software, _ direction: IAXModemCall.Direction, pages: Int, codec: String = "ulaw"
    ) -> InteropRow {
        let size = "\(pages)-page\(pages == 1 ? "" : "s")"
        var row = InteropRow(
            "software-iaxmodem-\(software.rawValue)-\(direction.rawValue)-\(codec)-\(size)",
            peer: "\(software.rawValue) behind iaxmodem",
            role: direction == .fromModem ? .answers : .calls, carriage: "g711", hasECM: nil,
            "registration, \(pages) page\(pages == 1 ? "" : "s") as \(codec)"
        ) { bench in
            var call = IAXModemCall(direction, SoftwareCall.pages(pages))
            call.software = software
            call.codec = codec
            call.patience = .seconds(300)
            let record = bench.folder.appending(path: "call.pcapng")
            call.recordPath = record.path
            let outcome = try call.run()
            let problems = outcome.problems
            return InteropAttempt(succeeded: problems.isEmpty ? 1 : 0, problems: problems, record: record)
        }
        row.signalling = "IAX2"
        return row
    }
}
