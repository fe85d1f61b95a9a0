import FaxCore
import FaxEndpoint
import FaxStation
import Foundation
import Glibc
import Simulator

/// The network is gone for a while, the proxy is started anew, the disk fills up.
struct WorldRows {
    let faxprobe: URL

    var all: [InteropRow] { outages + [proxyRestart, fullDisk] }

    // MARK: - Network

    /// In the second page of the fax, which begins some 25 s after the INVITE in T.38, and later in audio.
    private var outages: [InteropRow] {
        [FaxTransport.t38, .g711].flatMap { transport in
            [1, 5, 60].map { seconds in
                InteropRow(
                    "outage-\(transport.rawValue)-\(seconds)s", peer: "faxprobe", role: .both,
                    carriage: transport.rawValue, "nothing gets through for \(seconds) s in the middle of the fax"
                ) { bench in
                    try attempt(transport, seconds, bench.folder)
                }
            }
        }
    }

    private func attempt(_ transport: FaxTransport, _ seconds: Int, _ folder: URL) throws -> InteropAttempt {
        let spec = try NetworkSpec("outage=\(seconds)s@20s delay=20ms")
        let bench = FaultBench(faxprobe: faxprobe, folder: folder)
        let receiver = try SoloEndpoint(transport, in: folder, answers: true)
        var settings = ImpairSettings(
            listen: LoopbackPort.any, target: receiver.endpoint.address, forth: spec, back: spec)
        settings.mediaPorts = 40_000...49_999
        let proxy = try ImpairProxy(settings)
        defer { proxy.close() }
        let sender = try SoloEndpoint(transport, in: folder.appending(path: "sender"), answers: false)
        let start = ContinuousClock.now
        try sender.send(FaultBench.pages, to: proxy.address)
        let sent = sender.end(within: FaultBench.bound)
        let received = receiver.end(within: .seconds(120))
        let kept = FaultBench.pagesKept(in: bench.kept)
        let took = ContinuousClock.now - start
        var problems = FaultBench.problems(
            sent, confirmed: sent.result?.pagesConfirmed ?? 0, kept: kept, took: took)
        problems += FaultBench.problems(
            received, confirmed: received.result?.pagesConfirmed ?? 0, kept: kept, took: took)
        // A second is nothing to T.30: repetitions carry the fax over it.
        if seconds == 1, sent.result?.isSuccess != true {
            problems.append("the fax was not delivered: \(sent.result?.reason ?? "no reason")")
        }
        return InteropAttempt(succeeded: problems.isEmpty ? 1 : 0, problems: problems, record: receiver.record)
    }

    /// The proxy in the middle of the signalling forgets everything; its Record-Route brings the BYE through all the same.
    private var proxyRestart: InteropRow {
        InteropRow(
            "proxy-restart", peer: "kamailio", role: .both, carriage: "t38",
            "the SIP proxy is started anew during the fax"
        ) { bench in
            try KamailioRows.call(.t38, in: bench.folder, pages: FaultBench.pages) { proxy in
                try proxy.restart(after: .seconds(1))
            }
        }
    }

    // MARK: - Disk

    /// A file system of its own that has room for the first page and no more.
    private var fullDisk: InteropRow {
        InteropRow(
            "disk-full", peer: "faxprobe", role: .calls, carriage: "t38",
            "the receiver's disk fills up in the first page"
        ) { [faxprobe] bench in
            let bench = FaultBench(faxprobe: faxprobe, folder: bench.folder)
            try FileManager.default.createDirectory(at: bench.kept, withIntermediateDirectories: true)
            guard mount("faxlab", bench.kept.path, "tmpfs", 0, "size=24m") == 0 else {
                throw ChildProgram.Missing(program: "the right to mount a small file system")
            }
            defer { umount2(bench.kept.path, 2) }
            return try fillUp(bench)
        }
    }

    private func fillUp(_ bench: FaultBench) throws -> InteropAttempt {
        let (peer, address) = try bench.receiver(["--transport", "t38"])
        defer { peer.end() }
        let solo = try SoloEndpoint(.t38, in: bench.folder, answers: false)
        try solo.send(FaultBench.pages, to: address)
        let start = ContinuousClock.now
        let outcome = solo.end(within: FaultBench.bound, when: { _ in peer.count("negotiated") > 0 }) {
            Self.fill(bench.kept.appending(path: "rubbish"))
        }
        let took = ContinuousClock.now - start
        let status = peer.wait(within: .seconds(15))
        let kept = FaultBench.pagesKept(in: bench.kept)
        var problems = FaultBench.problems(
            outcome, confirmed: outcome.result?.pagesConfirmed ?? 0, kept: kept, took: took)
        if outcome.result?.isSuccess == true { problems.append("the sender was told of success") }
        if status != 1 { problems.append("the receiver ended with \(status.map { "\($0)" } ?? "nothing")") }
        if !peer.text.contains("the disk is full") { problems.append("the receiver does not say why") }
        return InteropAttempt(succeeded: problems.isEmpty ? 1 : 0, problems: problems, record: solo.record)
    }

    /// Writes until there is no more room.
    private static func fill(_ file: URL) {
        let descriptor = open(file.path, O_WRONLY | O_CREAT, 0o644)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        let block = [UInt8](repeating: 0xAA, count: 1 << 12)
        while write(descriptor, block, block.count) > 0 {}
    }
}

/// All that may befall a call.
public enum FaultMatrix {
    public static func rows(faxprobe: URL) -> [InteropRow] {
        WorldRows(faxprobe: faxprobe).all + ClockRows(faxprobe: faxprobe).all + DeathRows(faxprobe: faxprobe).all
    }
}
