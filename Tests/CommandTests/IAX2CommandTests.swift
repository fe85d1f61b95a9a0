import FaxCore
import FaxDSP
import FaxWire
import Foundation
import TestSupport
import Testing

/// A fax over IAX2, made of the sound of a captured one.
@Suite struct IAX2CommandTests {
    @Test func faxIsReadOutOfMiniFrames() throws {
        let line = RecordingCommandTests.line
        #expect(line.caller.count > 160_000)
        var capture = Capture()
        capture.add(toCallee: true, at: 0, IAX2Maker.new(7, from: "5550100", to: "1000"))
        let format = IAX2Maker.element(9, [0, 0, 0, 4])
        capture.add(
            toCallee: false, at: 1, IAX2Maker.full(9, 7, time: 1, outbound: 0, type: 6, subclass: 7, format))
        capture.add(toCallee: false, at: 2, IAX2Maker.full(9, 7, time: 2, outbound: 1, type: 4, subclass: 4))
        for index in 0..<line.caller.count / 160 {
            let range = index * 160..<(index + 1) * 160
            for isCaller in [true, false] {
                let octets = G711.muLaw.octets((isCaller ? line.caller : line.callee)[range])
                let (from, to): (UInt16, UInt16) = isCaller ? (7, 9) : (9, 7)
                let time = 20 + 20 * index
                capture.add(
                    toCallee: isCaller, at: time,
                    index == 0
                        ? IAX2Maker.voice(from, to, time: UInt32(time), outbound: 5, octets)
                        : IAX2Maker.mini(from, time: time, octets))
            }
        }
        let end = 20 * line.caller.count / 160 + 40
        capture.add(
            toCallee: true, at: end, IAX2Maker.full(7, 9, time: UInt32(end), outbound: 6, type: 6, subclass: 5))
        let folder = FileManager.default.temporaryDirectory.appending(path: "faxprobe-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appending(path: "iax.pcap")
        try Data(capture.octets).write(to: file)
        let outcome = try AnalyzeCommandTests.run(["analyze", "--quiet", file.path])
        #expect(outcome.status == 0 && outcome.errors.isEmpty)
        let told = "call 1: Fax delivered: 1 page confirmed at 14400 bit/s (V.17, ECM, MMR). No fault found.\n"
        #expect(outcome.output == told)
    }

    /// A classic capture of raw IPv4 packets.
    private struct Capture {
        private(set) var octets: [UInt8] = [
            0xD4, 0xC3, 0xB2, 0xA1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 101, 0, 0, 0,
        ]
        private var identification: UInt16 = 0

        mutating func add(toCallee: Bool, at milliseconds: Int, _ payload: [UInt8]) {
            identification += 1
            let (from, to): (UInt8, UInt8) = toCallee ? (1, 2) : (2, 1)
            let udp = big(4_569) + big(4_569) + big(UInt16(payload.count + 8)) + [0, 0] + payload
            let ip: [UInt8] =
                [0x45, 0] + big(UInt16(udp.count + 20)) + big(identification) + [0, 0, 64, 17, 0, 0, 10, 0, 0, from]
                + [10, 0, 0, to] + udp
            octets += little(1_000 + milliseconds / 1_000) + little(milliseconds % 1_000 * 1_000)
            octets += little(ip.count) + little(ip.count) + ip
        }

        private func big(_ value: UInt16) -> [UInt8] { [UInt8(value >> 8), UInt8(value & 0xFF)] }

        private func little(_ value: Int) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) } }
    }
}
