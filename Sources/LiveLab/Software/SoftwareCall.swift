import FaxCore
import FaxDSP
import FaxEndpoint
import FaxStation
import Foundation
import Simulator

/// One fax between two ends, of which at least one is fax software of others on a soft modem of ours, over loopback: what
/// `make test` does once for each combination, and who wants to can do as often as wanted.
public struct SoftwareCall: Sendable {
    public enum Party: String, Sendable, Hashable, CaseIterable {
        case efax, hylafax
        /// Our own endpoint.
        case faxprobe
        /// Our own driver of modems on a soft modem.
        case driver
    }

    /// Pages like print, of 200 × 200 dots an inch, each another one.
    public static func pages(_ count: Int) -> [PageBitmap] {
        (0..<count).map { index in
            var page = TextLikePage(heightPx: 300, seed: UInt64(9 + index)).bitmap()
            page.dpiY = 196
            return page
        }
    }

    public var sender: Party
    public var receiver: Party
    /// ``FaxTransport/g711`` or ``FaxTransport/t38``.
    public var transport: FaxTransport
    public var pages: [PageBitmap]
    /// For the whole call, with the start of the programs.
    public var patience = Duration.seconds(120)
    /// Records of both ends, as pcapng, in this folder; `nil`: none.
    public var recordFolder: String?

    public init(from sender: Party, to receiver: Party, over transport: FaxTransport, pages: [PageBitmap]) {
        self.sender = sender
        self.receiver = receiver
        self.transport = transport
        self.pages = pages
    }

    public struct Outcome: Sendable {
        /// The sender says that the fax was sent.
        public var sent = false
        /// The receiver says that the fax was received.
        public var received = false
        public var arePagesEqual = false
        public var receivedPages: [PageBitmap] = []
        /// What carried the fax at the end of the call.
        public var carriedBy: FaxCall.Media?
        /// Everything that was said.
        public var story = ""

        /// Both ends say so, the pages are the same rows, and the fax went the way that was wanted.
        public func isSuccess(over transport: FaxTransport) -> Bool { problems(over: transport).isEmpty }

        public func problems(over transport: FaxTransport) -> [String] {
            var problems: [String] = []
            if !sent { problems.append("the sender does not say that the fax was sent") }
            if !received { problems.append("the receiver does not say that it has a fax") }
            if !arePagesEqual {
                let sizes = receivedPages.map { "\($0.widthPx) x \($0.heightPx)" }.joined(separator: ", ")
                problems.append("the pages that came are not those that were sent: \(sizes)")
            }
            if carriedBy != (transport == .t38 ? .t38 : .audio) {
                problems.append("it was not carried by \(transport.rawValue)")
            }
            return problems
        }
    }

    /// Takes as long as the fax. Throws when a program is missing or cannot be set up.
    public func run() throws -> Outcome {
        let folder = FileManager.default.temporaryDirectory.appending(path: "faxsoft-\(UUID().uuidString.prefix(8))")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let limit = ContinuousClock.now + patience
        let receiving = try SoftwareEnd(
            receiver, transport, folder.appending(path: "receiver"), record: recordPath("receiver"))
        defer { receiving.close() }
        let sending = try SoftwareEnd(
            sender, transport, folder.appending(path: "sender"), calling: receiving.address,
            record: recordPath("sender"))
        defer { sending.close() }
        var outcome = Outcome()
        try receiving.receive()
        if receiving.waitUntilReady(limit) {
            try sending.send(pages, to: "5550100")
            outcome.sent = sending.waitForEnd(limit)
            outcome.received = receiving.waitForEnd(min(limit, .now + .seconds(30)))
        }
        outcome.receivedPages = (try? receiving.receivedPages()) ?? []
        outcome.arePagesEqual = Self.areAsSent(outcome.receivedPages, pages, by: sender)
        outcome.carriedBy = receiving.carriedBy
        outcome.story = "SENDER\n" + sending.story + "\nRECEIVER\n" + receiving.story
        return outcome
    }

    /// The rows that the sender's software transmitted: efax puts white ones above each page, HylaFAX leaves out the last row
    /// of a page.
    static func areAsSent(_ received: [PageBitmap], _ pages: [PageBitmap], by sender: Party) -> Bool {
        guard received.count == pages.count else { return false }
        return zip(received, pages).allSatisfy { received, sent in
            let extra = received.heightPx - sent.heightPx
            guard received.widthPx == sent.widthPx else { return false }
            switch sender {
            case .faxprobe, .driver: return received.octets == sent.octets
            case .efax:
                return (0...headRows).contains(extra)
                    && received.octets.suffix(sent.octets.count) == sent.octets[...]
            case .hylafax:
                return (-1...0).contains(extra) && sent.octets.prefix(received.octets.count) == received.octets[...]
            }
        }
    }

    /// Rows that efax puts above a page, at most.
    private static let headRows = 50

    func recordPath(_ name: String) -> String? {
        recordFolder.map { "\($0)/\(sender.rawValue)-\(receiver.rawValue)-\(transport.rawValue)-\(name).pcapng" }
    }
}
