import FaxCore
import FaxReport
import Foundation
import LiveLab
import TestSupport
import Testing

@testable import FaxEndpoint

/// baresip answers, and no fax does: what is heard instead is told. Without it these tests fail.
@Suite(.live) struct ProbeBaresipTests {
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
        defer { try? FileManager.default.removeItem(at: folder) }
        let baresip = try await OwnThread.run {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
            let file = folder.appending(path: "said.wav")
            try Data(FaxMaterial.wave((0..<8_000 * 30).map { sound.sample($0) })).write(to: file)
            return try Baresip(saying: file, calling: nil, folder: folder.appending(path: "baresip"))
        }
        defer { baresip.end() }
        let report = try await ProbeTests.probe(
            baresip.endpoint, [.reach, .options, .answer, .tone, .dtmf, .long], .g711
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
}
