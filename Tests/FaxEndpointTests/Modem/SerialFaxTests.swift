import FaxDSP
import FaxEndpoint
import Foundation
import Simulator
import Synchronization
import TestSupport
import Testing

/// Our driver of modems on a terminal whose other end is the test.
@Suite struct SerialFaxTests {
    /// The modem's side of a pseudo-terminal: says OK to everything and CONNECT to what is dialled or answered, rings behind its
    /// set-up, and is gone after some commands.
    private final class Impostor: Sendable {
        let path: String
        private let descriptor: Int32
        /// After so many commands it is gone.
        private let patience: Int
        private let heard = Mutex("")

        init(patience: Int) throws {
            var (ours, theirs): (Int32, Int32) = (-1, -1)
            var name = [CChar](repeating: 0, count: 128)
            let status = openpty(&ours, &theirs, &name, nil, nil)
            try #require(status == 0)
            close(theirs)
            descriptor = ours
            path = String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            self.patience = patience
            Thread.detachNewThread { [self] in serve() }
        }

        var story: String { heard.withLock { $0 } }

        private func serve() {
            var commands = 0
            var line = ""
            let limit = ContinuousClock.now + .seconds(60)
            while commands < patience, ContinuousClock.now < limit {
                var octet: UInt8 = 0
                guard read(descriptor, &octet, 1) == 1 else {
                    Thread.sleep(forTimeInterval: 0.02)
                    continue
                }
                heard.withLock { $0.append(Character(Unicode.Scalar(octet & 0x7F))) }
                guard octet == 0x0D else {
                    line.append(Character(Unicode.Scalar(octet & 0x7F)))
                    continue
                }
                let isCall = line.contains("ATD") || line.contains("ATA")
                let ring = line.contains("+FCLASS") ? "\r\nRING\r\n" : ""
                let answer = Array(((isCall ? "\r\nCONNECT\r\n" : "\r\nOK\r\n") + ring).utf8)
                _ = answer.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
                commands += 1
                line = ""
            }
            // With the CONNECT the call has begun.
            Thread.sleep(forTimeInterval: 0.5)
            close(descriptor)
        }
    }

    private static func send(patience: Int, flow: SerialModemSettings.FlowControl = .none) throws -> SerialFax.Result {
        let modem = try Impostor(patience: patience)
        let port = try SerialPort(modem.path, speed: 115_200, flowControl: flow)
        var settings = SerialModemSettings()
        settings.flowControl = flow
        let document = try OutgoingDocument([TextLikePage(heightPx: 100, seed: 1).bitmap()])
        return SerialFax(port, settings, FaxProfile()).send(document, to: "5550100")
    }

    /// Set-up takes seven commands; the eighth dials.
    @Test(arguments: [3, 8]) func aDeviceThatVanishesIsTold(commands: Int) async throws {
        let result = try await OwnThread.run { try Self.send(patience: commands) }
        #expect(result.ending == .failed("the modem's device has vanished"), "\(result.text)")
        #expect(result.status == .couldNotRun)
    }

    @Test(arguments: [3, 8]) func aDeviceThatVanishesBeforeTheFaxCameIsTold(commands: Int) async throws {
        try await EndpointCommandTests.withFolder { folder in
            let modem = try Impostor(patience: commands)
            let port = try SerialPort(modem.path, speed: 115_200, flowControl: .none)
            var settings = SerialModemSettings()
            settings.flowControl = .none
            let inbox = try ReceptionFolder(path: folder.appending(path: "in").path)
            let result = try SerialFax(port, settings, FaxProfile()).receive(into: inbox, number: 1)
            #expect(result.ending == .failed("the modem's device has vanished"), "\(result.text) \(modem.story)")
            #expect(result.status == .couldNotRun && result.hadCall == (commands == 8))
            #expect(try FileManager.default.contentsOfDirectory(atPath: inbox.path).isEmpty)
        }
    }

    @Test func whatIsNoSerialDeviceIsTold() {
        #expect(throws: SerialPort.Failure.self) { try SerialPort("/dev/null", speed: 9_600, flowControl: .none) }
        #expect(throws: SerialPort.Failure.self) { try SerialPort("/dev/none", speed: 9_600, flowControl: .none) }
    }

    static let commands: [([String], Int32)] = [
        (["modem-send", "/dev/null", "page.tif", "--number", "1"], 3), (["modem-send", "/dev/null", "page.tif"], 2),
        (["modem-send", "/dev/null", "none.tif", "--number", "1"], 3),
        (["modem-send", "/dev/null", "page.tif", "--number", "1;H"], 2),
        (["modem-send", "/dev/null", "page.tif", "--number", "1", "--class", "3"], 2),
        (["modem-receive", "/dev/null", "--dir", "in"], 3),
        (["modem-receive", "/dev/null", "--dir", "in", "--calls", "0"], 2),
    ]

    @Test(arguments: commands) func exitStatus(words: [String], status: Int32) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "faxprobe-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let page = TextLikePage(heightPx: 100, seed: 1).bitmap()
        try Data(try TIFFDocument.write([page])).write(to: folder.appending(path: "page.tif"))
        let command = try EndpointCommandTests.Command(words, in: folder)
        #expect(command.end() == status, "\(command.complaint)")
        #expect(!command.complaint.isEmpty)
    }
}
