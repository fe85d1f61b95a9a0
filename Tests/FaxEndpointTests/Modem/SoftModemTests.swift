import FaxCore
import FaxProtocol
import FaxStation
import Foundation
import Simulator
import TestSupport
import Testing

@testable import FaxEndpoint

/// Soft modems on real terminals, with a test in the place of fax software.
@Suite(.live) struct SoftModemTests {
    /// Fax software's side of a terminal.
    private final class Software {
        private var descriptor: Int32
        private var heard = ""

        init(_ path: String) throws {
            descriptor = open(path, O_RDWR | O_NOCTTY | O_NONBLOCK)
            try #require(descriptor >= 0, "\(path): \(String(cString: strerror(errno)))")
            try #require(ask("ATE0V1", for: "OK"))
        }

        deinit { leave() }

        func say(_ command: String) {
            let octets = Array((command + "\r").utf8)
            _ = octets.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
        }

        /// Waits until the modem has said that, after everything that was waited for before.
        func hears(_ text: String, within patience: Duration = .seconds(20)) -> Bool {
            let limit = ContinuousClock.now + patience
            while ContinuousClock.now < limit {
                if let range = heard.range(of: text) {
                    heard.removeSubrange(heard.startIndex..<range.upperBound)
                    return true
                }
                var poll = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
                guard Glibc.poll(&poll, 1, 100) > 0 else { continue }
                var octets = [UInt8](repeating: 0, count: 512)
                let count = read(descriptor, &octets, octets.count)
                if count > 0 { heard += String(decoding: octets.prefix(count), as: UTF8.self) }
            }
            return false
        }

        func ask(_ command: String, for answer: String) -> Bool {
            say(command)
            return hears(answer)
        }

        func leave() {
            if descriptor >= 0 { close(descriptor) }
            descriptor = -1
        }
    }

    /// Modems, and an endpoint that answers with a fax machine.
    private final class Bench {
        let folder = FileManager.default.temporaryDirectory.appending(path: "faxprobe-\(UUID().uuidString)")
        let modems: LiveEndpoint
        let machine: LiveEndpoint
        private(set) var events: [EndpointEvent] = []

        init(count: Int = 1, numbers: [String] = []) throws {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            var answering = EndpointSettings(listen: FaxOnLoopback.anyPort)
            let first = UInt16.random(in: 5...59) * 1_000
            answering.mediaPorts = first...first + 499
            answering.answering = Answering(folder: try ReceptionFolder(path: folder.appending(path: "in").path))
            machine = try LiveEndpoint(answering)
            var settings = EndpointSettings(listen: FaxOnLoopback.anyPort)
            settings.transport = .g711
            settings.mediaPorts = first + 500...first + 999
            var modems = ModemSettings(
                link: folder.appending(path: "modem").path, target: "sip:{number}@\(machine.address)",
                peer: machine.address)
            modems.count = count
            modems.numbers = numbers
            modems.ringInterval = .seconds(1)
            settings.modems = modems
            self.modems = try LiveEndpoint(settings)
        }

        func link(_ index: Int? = nil) -> String {
            folder.appending(path: "modem" + (index.map { "\($0)" } ?? "")).path
        }

        func waits(for condition: (EndpointEvent.Kind) -> Bool) -> Bool {
            while let event = modems.events.next(within: .seconds(20)) {
                events.append(event)
                if condition(event.kind) { return true }
            }
            return false
        }

        /// A call to that number at the modems, and how it ended.
        func call(_ number: String, until: (EndpointEvent.Kind) -> Bool) throws -> Bool {
            let caller = try LiveEndpoint(EndpointSettings(listen: FaxOnLoopback.anyPort))
            defer {
                caller.stop(patience: .seconds(2))
                caller.close()
            }
            let target = SIPTarget.destination("sip:\(number)@\(modems.address)", at: modems.address)
            caller.send(OutgoingFax(try OutgoingDocument([TextLikePage(heightPx: 100, seed: 1).bitmap()]), to: target))
            while let event = caller.events.next(within: .seconds(20)) { if until(event.kind) { return true } }
            return false
        }

        func close() {
            for endpoint in [modems, machine] {
                endpoint.stop(patience: .seconds(1))
                endpoint.close()
            }
            try? FileManager.default.removeItem(at: folder)
        }

        var story: String { events.story }
    }

    private static func onBench(
        count: Int = 1, numbers: [String] = [], _ body: @escaping (Bench) throws -> Void
    ) async throws {
        try await OwnThread.run {
            let bench = try Bench(count: count, numbers: numbers)
            defer { bench.close() }
            try body(bench)
        }
    }

    @Test func softwareThatVanishesInMidCallReleasesTheLine() async throws {
        try await Self.onBench { bench in
            var software: Software? = try Software(bench.link())
            #expect(software?.ask("AT+FCLASS=1", for: "OK") == true)
            software?.say("ATDT5550100")
            #expect(bench.waits { if case .call(.mediaBegan) = $0 { true } else { false } }, "\(bench.story)")
            software = nil
            #expect(
                bench.waits { if case .call(.ended(let end)) = $0 { end.side == .us } else { false } }, "\(bench.story)"
            )
            #expect(bench.waits { if case .modem(let modem) = $0, case .closed = modem.kind { true } else { false } })
            #expect(bench.story.contains("the fax software closed the modem"), "\(bench.story)")
            // The next one finds a fresh modem.
            let next = try Software(bench.link())
            #expect(next.ask("AT+FCLASS=1", for: "OK"))
            next.say("ATDT5550100")
            #expect(bench.waits { if case .call(.mediaBegan) = $0 { true } else { false } }, "\(bench.story)")
            // The machine's CED and preamble are heard.
            #expect(next.hears("CONNECT"))
        }
    }

    @Test func callsFindTheModemThatCanTakeThem() async throws {
        try await Self.onBench(count: 2, numbers: ["100", "101"]) { bench in
            func refused(with status: Int) -> (EndpointEvent.Kind) -> Bool {
                { kind in
                    guard case .call(.ended(let end)) = kind, case .refused(let refusal) = end.cause else {
                        return false
                    }
                    return refusal.status == status
                }
            }
            #expect(try bench.call("100", until: refused(with: 480)))
            let software = try Software(bench.link(1))
            #expect(bench.waits { if case .modem(let modem) = $0, case .opened = modem.kind { true } else { false } })
            #expect(try bench.call("100", until: refused(with: 480)))
            #expect(software.ask("AT+VCID=1", for: "OK"))
            // A number that no modem has goes to the one that is free.
            #expect(try bench.call("999") { _ in software.hears("NMBR=faxprobe") && software.hears("RING") })
            #expect(software.ask("ATH1", for: "OK"))
            #expect(try bench.call("101", until: refused(with: 486)))
        }
    }

    @Test func linksAreMadeAndTakenAway() async throws {
        try await Self.onBench(count: 2) { bench in
            let target = try FileManager.default.destinationOfSymbolicLink(atPath: bench.link(0))
            #expect(target.hasPrefix("/dev/pts/"))
            let mode = try FileManager.default.attributesOfItem(atPath: target)[.posixPermissions] as? Int
            #expect(mode == 0o600)
            bench.modems.stop(patience: .zero)
            #expect(throws: (any Error).self) {
                try FileManager.default.destinationOfSymbolicLink(atPath: bench.link(0))
            }
        }
    }

    @Test func aFileInThePlaceOfTheLinkIsLeftAlone() throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "faxprobe-\(UUID().uuidString)").path
        try Data("mine".utf8).write(to: URL(filePath: path))
        defer { try? FileManager.default.removeItem(atPath: path) }
        #expect(throws: PseudoTerminal.Failure.self) { try PseudoTerminal(link: path, mode: 0o600) }
        #expect(try String(contentsOfFile: path, encoding: .utf8) == "mine")
    }

    @Test(arguments: [("5551234", "sip:5551234@192.0.2.20"), ("*70#", "sip:*70%23@192.0.2.20")])
    func aNumberBecomesAURI(number: String, uri: String) {
        let settings = ModemSettings(link: "", target: "sip:{number}@192.0.2.20", peer: FaxOnLoopback.anyPort)
        #expect(settings.uri(for: DialString(Array(number.utf8))) == uri)
    }
}
