import FaxCore
import FaxDSP
import FaxWire
import Foundation
import PcapDecode
import Simulator

/// What programs without a fax of their own play: one side of a call that succeeded in virtual time.
public enum FaxMaterial {
    public struct Failure: Error, CustomStringConvertible {
        public var description: String
    }

    /// The page of it.
    public static let page = TextLikePage(heightPx: 300, seed: 9).bitmap()

    /// The caller's UDPTL as a capture.
    public static func t38Capture(in folder: URL, hasECM: Bool) throws -> URL {
        try capture(in: folder, transport: .t38, port: 10_002, hasECM: hasECM)
    }

    /// The caller's RTP as a capture.
    public static func audioCapture(in folder: URL, hasECM: Bool) throws -> URL {
        try capture(in: folder, transport: .g711, port: 10_000, hasECM: hasECM)
    }

    /// What one side says from its first packet on, as a WAV file.
    public static func sound(of party: WorldCapture.Tap, in folder: URL) throws -> URL {
        let trial = try run(.g711, tap: party, hasECM: true)
        var samples: [Int16] = []
        forEachDatagram(trial, from: party == .caller ? 1 : 2, port: 10_000) { _, frame in
            // Ethernet, IPv4, UDP and RTP stand before the sound.
            samples += G711.muLaw.samples(frame[54...])
        }
        let file = folder.appending(path: "\(party.rawValue).wav")
        try Data(wave(samples)).write(to: file)
        return file
    }

    private static func capture(
        in folder: URL, transport: CallScenario.Transport, port: UInt16, hasECM: Bool
    ) throws -> URL {
        let trial = try run(transport, tap: .caller, hasECM: hasECM)
        var writer = PcapngWriter()
        writer.interface(
            PcapngInterface(linkType: .ethernet, snapshotLength: 262_144, clock: PcapngClock(resolution: 9)))
        forEachDatagram(trial, from: 1, port: port) { time, frame in
            writer.packet(ticks: UInt64(clamping: time.nanoseconds), frame: frame)
        }
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let file = folder.appending(path: "caller-\(transport.rawValue)-\(hasECM ? "ecm" : "plain").pcapng")
        try Data(writer.bytes).write(to: file)
        return file
    }

    private static func run(
        _ transport: CallScenario.Transport, tap: WorldCapture.Tap, hasECM: Bool
    ) throws -> WorldCapture {
        var scenario = CallScenario(document: try SimulatedDocument([page]))
        scenario.transport = transport
        (scenario.forth, scenario.back) = (.ideal, .ideal)
        scenario.caller.hasECM = hasECM
        scenario.answerer.hasECM = hasECM
        let trial = try CallTrial(scenario, seed: 1, tap: tap).run()
        guard trial.isSuccess, let capture = trial.capture else {
            throw Failure(description: "no call to take the sound of came about")
        }
        return capture
    }

    /// - Parameter host: last octet of the address 10.0.0.x that sent it.
    private static func forEachDatagram(
        _ capture: WorldCapture, from host: UInt8, port: UInt16, _ take: (Instant, [UInt8]) -> Void
    ) {
        let source = [UInt8(truncatingIfNeeded: port >> 8), UInt8(truncatingIfNeeded: port)]
        capture.forEachFrame { header, octets in
            guard octets.count > 42, octets[26..<30].elementsEqual([10, 0, 0, host]),
                octets[34..<36].elementsEqual(source)
            else { return }
            take(header.time, octets)
        }
    }

    /// A WAV file: 8,000 samples a second, one channel, 16 bits.
    public static func wave(_ samples: [Int16]) -> [UInt8] {
        func word(_ value: Int) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) } }
        var file: [UInt8] = Array("RIFF".utf8) + word(36 + 2 * samples.count) + Array("WAVEfmt ".utf8) + word(16)
        file += [1, 0, 1, 0] + word(8_000) + word(16_000) + [2, 0, 16, 0]
        file += Array("data".utf8) + word(2 * samples.count)
        for sample in samples { file += word(Int(UInt16(bitPattern: sample))).prefix(2) }
        return file
    }
}
