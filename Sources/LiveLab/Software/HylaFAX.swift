import FaxDSP
import Foundation

/// HylaFAX (Debian's `hylafax-server` and `hylafax-client`) on a soft modem, with a spool of its own: its scheduler and a job
/// that it sends, or its `faxgetty` that answers.
final class HylaFAX: FaxProgram {
    private let spool: HylaFAXSpool
    private var programs: [ChildProgram] = []
    private let isSender: Bool
    private var lastComplaint = ""

    private init(spool: HylaFAXSpool, isSender: Bool) {
        self.spool = spool
        self.isSender = isSender
    }

    deinit { end() }

    static var version: String { ChildProgram.version("/usr/bin/dpkg-query", ["-W", "hylafax-server"]) }

    /// Hands a job to a scheduler of its own, which dials at once.
    static func send(_ pages: [PageBitmap], to number: String, on device: String, in folder: URL) throws -> HylaFAX {
        let spool = try HylaFAXSpool(for: device, in: folder)
        let sender = HylaFAX(spool: spool, isSender: true)
        let document = folder.appending(path: "document.tif")
        try Data(try TIFFDocument.write(pages, coding: .mh)).write(to: document)
        let port = LoopbackPort.free()
        try sender.start("/usr/sbin/faxq", ["-D"])
        try sender.start("/usr/sbin/hfaxd", ["-d", "-i", "\(port)"])
        try sender.run("/usr/lib/hylafax/bin/faxmodem", ["-q", spool.folder.path, spool.modem])
        try sender.run("/usr/bin/sendfax", ["-h", "127.0.0.1:\(port)", "-n", "-m", "-d", number, document.path])
        return sender
    }

    /// Answers calls.
    static func receive(on device: String, in folder: URL) throws -> HylaFAX {
        let receiver = HylaFAX(spool: try HylaFAXSpool(for: device, in: folder), isSender: false)
        try receiver.start("/usr/sbin/faxgetty", [device])
        return receiver
    }

    private func start(_ path: String, _ arguments: [String]) throws {
        programs.append(
            try ChildProgram(
                path, ["-q", spool.folder.path] + arguments, folder: spool.folder, log: "program\(programs.count).log"))
    }

    /// Scheduler and server may take a moment to be there: tried until it works.
    private func run(_ path: String, _ arguments: [String]) throws {
        for _ in 0..<40 {
            let program = try ChildProgram(path, arguments, folder: spool.folder, log: "command.log")
            if program.wait(within: .seconds(20)) == 0 { return }
            lastComplaint = program.output()
            Thread.sleep(forTimeInterval: 0.25)
        }
        throw HylaFAXSpool.Failure(description: "\(path) fails: \(lastComplaint)")
    }

    var isReady: Bool {
        guard !isSender else { return true }
        let status = spool.folder.appending(path: "status/\(spool.modem)")
        return (try? String(contentsOf: status, encoding: .isoLatin1))?.contains("Running and idle") == true
    }

    func waitForEnd(_ patience: Duration) -> Bool {
        let clock = ContinuousClock()
        let limit = clock.now + patience
        while clock.now < limit {
            if isSender, let job = jobDone { return job.contains("\nstate:7\n") }
            if !isSender, hasReceived { return true }
            Thread.sleep(forTimeInterval: 0.1)
        }
        return false
    }

    /// A job that is through lies in `doneq`; state 7 is done, 8 failed.
    private var jobDone: String? {
        spool.files(in: "doneq", prefix: "q").first.flatMap { try? String(contentsOf: $0, encoding: .isoLatin1) }
    }

    /// The session is over, its DCN was read, and there is a fax.
    private var hasReceived: Bool {
        let said = spool.story
        return said.contains("RECV recv DCN") && said.contains("RECV FAX: end")
            && !spool.files(in: "recvq", prefix: "fax").isEmpty
    }

    func receivedPages() throws -> [PageBitmap] {
        try spool.files(in: "recvq", prefix: "fax")
            .flatMap { try TIFFDocument.read(Array(Data(contentsOf: $0))) }
    }

    func end() {
        for program in programs.reversed() { program.endFamily() }
        programs = []
    }

    var story: String {
        spool.story + (jobDone ?? "") + programs.map { $0.output() }.joined() + lastComplaint
    }
}
