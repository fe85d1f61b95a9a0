import FaxCore
import FaxDSP
import FaxStation
import FaxWire
import Foundation
import PcapDecode
import Simulator
import Testing

@testable import FaxEndpoint

/// baresip (Debian's `baresip-core`) as the caller: SIP and RTP by others. It has no fax of its own; it plays what a caller
/// of ours said in a call in virtual time. Without it this test fails.
@Suite struct BaresipTests {
    private let folder = FileManager.default.temporaryDirectory.appending(path: "faxprobe-\(UUID().uuidString)")
    private static let page = TextLikePage(heightPx: 300, seed: 9).bitmap()

    @Test func itsCallIsAnsweredAndTheFaxHeard() async throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(at: folder) }
        try writeSound()
        var settings = EndpointSettings(listen: FaxOnLoopback.anyPort)
        settings.transport = .g711
        settings.mediaPorts = 62_000...62_099
        settings.answering = Answering(folder: try ReceptionFolder(path: folder.appending(path: "in").path))
        let endpoint = try LiveEndpoint(settings)
        let events = try await OwnThread.run { try call(endpoint) }
        endpoint.close()
        let result = try #require(events.result, "\(events.story)")
        #expect(result.outcome == .success && result.carriedBy == .audio, "\(events.story)")
        let path = try #require(result.files.first)
        let pages = try TIFFDocument.read(Array(Data(contentsOf: URL(filePath: path))))
        let areEqual = pages.map(\.octets) == [Self.page.octets]
        #expect(areEqual)
    }

    private func call(_ endpoint: LiveEndpoint) throws -> [EndpointEvent] {
        let socket = try BoundSocket(FaxOnLoopback.anyPort)
        close(socket.descriptor)
        let config = """
            sip_listen 127.0.0.1:\(socket.endpoint.port)
            module_path /usr/lib/baresip/modules
            module g711.so
            module aufile.so
            module_tmp account.so
            module_app menu.so
            audio_source aufile,\(folder.path)/caller.wav
            audio_player aufile,\(folder.path)/heard.wav
            audio_alert aufile,/dev/null
            ausrc_srate 8000
            auplay_srate 8000
            ausrc_channels 1
            auplay_channels 1

            """
        for (name, text) in [
            ("config", config), ("accounts", "<sip:tester@127.0.0.1>;regint=0;audio_codecs=pcmu\n"), ("contacts", ""),
        ] { try Data(text.utf8).write(to: folder.appending(path: name)) }
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/baresip")
        process.arguments = ["-f", folder.path, "-e", "/dial sip:200@\(endpoint.address)", "-t", "40"]
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        var events: [EndpointEvent] = []
        while events.result == nil, let event = endpoint.events.next(within: .seconds(40)) { events.append(event) }
        process.terminate()
        process.waitUntilExit()
        endpoint.stop(patience: .seconds(1))
        return events
    }

    /// What the caller says from its first packet on, as a WAV file.
    private func writeSound() throws {
        var scenario = CallScenario(document: try SimulatedDocument([Self.page]))
        scenario.transport = .g711
        (scenario.forth, scenario.back) = (.ideal, .ideal)
        let trial = try CallTrial(scenario, seed: 1, tap: .caller).run()
        #expect(trial.isSuccess)
        var samples: [Int16] = []
        // Ethernet, IPv4, UDP and RTP stand before the sound.
        trial.capture?.forEachFrame { _, octets in
            let isFromCaller =
                octets.count > 54 && octets[26..<30] == [10, 0, 0, 1] && octets[34..<36] == [0x27, 0x10]
            if isFromCaller { samples += G711.muLaw.samples(octets[54...]) }
        }
        #expect(samples.count > 80_000)
        var file: [UInt8] =
            Array("RIFF".utf8) + Self.word(36 + 2 * samples.count) + Array("WAVEfmt ".utf8) + Self.word(16)
        file += [1, 0, 1, 0] + Self.word(8_000) + Self.word(16_000) + [2, 0, 16, 0]
        file += Array("data".utf8) + Self.word(2 * samples.count)
        for sample in samples { file += Self.word(Int(UInt16(bitPattern: sample))).prefix(2) }
        try Data(file).write(to: folder.appending(path: "caller.wav"))
    }

    private static func word(_ value: Int) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) } }
}
