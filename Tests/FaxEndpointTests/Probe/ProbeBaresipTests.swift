import FaxCore
import FaxReport
import Foundation
import Testing

@testable import FaxEndpoint

/// baresip answers, and no fax does: what is heard instead is told. Without it these tests fail.
@Suite struct ProbeBaresipTests {
    /// What it says, as samples of 8 kHz.
    enum Sound: String, CaseIterable, Sendable {
        case silence, ringing

        func sample(_ index: Int) -> Int16 {
            switch self {
            case .silence: 0
            // 425 Hz, a second on and four off.
            case .ringing: index % 40_000 < 8_000 ? Int16(8_000 * sin(2 * .pi * 425 * Double(index) / 8_000)) : 0
            }
        }
    }

    @Test(arguments: Sound.allCases)
    func whatIsHeardInsteadOfAFaxIsTold(sound: Sound) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "faxprobe-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(at: folder) }
        let socket = try BoundSocket(FaxOnLoopback.anyPort)
        close(socket.descriptor)
        try await OwnThread.run { try Self.write(sound, to: folder, listen: "\(socket.endpoint)") }
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/baresip")
        process.arguments = ["-f", folder.path, "-t", "110"]
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        defer {
            process.terminate()
            process.waitUntilExit()
        }
        try await Task.sleep(for: .seconds(2))
        let report = try await ProbeTests.probe(
            socket.endpoint, [.reach, .options, .answer, .tone, .dtmf, .long], .g711
        ) { run, _ in
            // The fax machine would wait for T1, 35 s.
            run.timeout = .seconds(15)
        }
        let text = ProbeText(report, usesColour: false).text
        #expect(report.states[.reach] == .passed && report.states[.options] == .passed, "\(text)")
        #expect(report.value(.options, "User-Agent")?.hasPrefix("baresip") != false, "\(text)")
        #expect(report.states[.answer] == .passed && report.states[.tone] == .failed, "\(text)")
        #expect(report.states[.long] == .notReached && report.calls.count == 1, "\(text)")
        let heard = report.value(.tone, "heard") ?? ""
        switch sound {
        case .silence: #expect(heard == "silence", "\(text)")
        case .ringing: #expect(heard != "silence" && heard != "no media" && heard != "CED", "\(text)")
        }
    }

    private static func write(_ sound: Sound, to folder: URL, listen: String) throws {
        let config = """
            sip_listen \(listen)
            module_path /usr/lib/baresip/modules
            module g711.so
            module aufile.so
            module_tmp account.so
            module_app menu.so
            audio_source aufile,\(folder.path)/said.wav
            audio_player aufile,\(folder.path)/heard.wav
            audio_alert aufile,/dev/null
            ausrc_srate 8000
            auplay_srate 8000
            ausrc_channels 1
            auplay_channels 1

            """
        let account = "<sip:200@127.0.0.1>;regint=0;audio_codecs=pcmu;answermode=auto\n"
        for (name, text) in [("config", config), ("accounts", account), ("contacts", "")] {
            try Data(text.utf8).write(to: folder.appending(path: name))
        }
        let samples = (0..<8_000 * 30).map { sound.sample($0) }
        var file: [UInt8] = Array("RIFF".utf8) + word(36 + 2 * samples.count) + Array("WAVEfmt ".utf8) + word(16)
        file += [1, 0, 1, 0] + word(8_000) + word(16_000) + [2, 0, 16, 0]
        file += Array("data".utf8) + word(2 * samples.count)
        samples.withUnsafeBytes { file += $0 }
        try Data(file).write(to: folder.appending(path: "said.wav"))
    }

    private static func word(_ value: Int) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) } }
}
