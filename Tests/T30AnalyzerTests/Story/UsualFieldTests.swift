import FaxCore
import FaxWire
import PcapDecode
import TestSupport
import Testing

@testable import T30Analyzer

/// A packet of two fields goes the long way: an empty one after the octets of a frame changes nothing.
@Suite("Packets that only go on with a frame")
struct UsualFieldTests {
    private struct Pair {
        var short = T38Log()
        var long = T38Log()

        mutating func append(_ packet: IFPPacket, number: Int, frame: UInt32, time: Instant, origin: T38Log.Origin) {
            func append(_ packet: IFPPacket, to log: inout T38Log) {
                log.append(
                    sequence: number, frame: FrameRef(number: frame), time: time, origin: origin,
                    octets: packet.octets(form: .v1998) ?? [])
            }
            append(packet, to: &short)
            append(Self.withEmptyField(packet), to: &long)
        }

        private static func withEmptyField(_ packet: IFPPacket) -> IFPPacket {
            guard case .data(let type, let fields) = packet, fields.count == 1, fields[0].type == .hdlcData
            else { return packet }
            return .data(type, fields + [.init(.hdlcData)])
        }
    }

    private static func packet(_ type: T38DataType, _ random: inout SeededRandom) -> IFPPacket {
        func octets(_ most: Int) -> [UInt8] {
            let head = Bool.random(using: &random) ? [0xFF, 0x03, 0x06].map(mirrored) : []
            let count = Int.random(in: 1...most, using: &random)
            return head + (0..<count).map { _ in .random(in: 0...(.max), using: &random) }
        }
        switch Int.random(in: 0..<40, using: &random) {
        case 0: return .indicator(.noSignal)
        case 1: return .indicator(.v21Preamble)
        case 2: return .indicator(.v17ShortTraining14400)
        case 3: return .data(type, [.init(.hdlcFCSBad)])
        case 4: return .data(type, [.init(.hdlcFCSOKSigEnd)])
        case 5: return .data(type, [.init(.hdlcSigEnd)])
        case 6: return .data(type, [.init(.hdlcFCSOK, octets(4))])
        case 7: return .data(type, [.init(.t4NonECMData, octets(40))])
        case 8: return .data(type, [.init(.hdlcData, octets(6_000))])
        case 9: return .data(type, [.init(.hdlcData, octets(40)), .init(.hdlcFCSOK)])
        case 10..<14: return .data(type, [.init(.hdlcFCSOK)])
        default: return .data(type, [.init(.hdlcData, octets(80))])
        }
    }

    private static func logs(seed: UInt64) -> Pair {
        var random = SeededRandom(seed: seed)
        var pair = Pair()
        var (number, type, time) = (0, T38DataType.v21, Instant(seconds: 1_000))
        for frame in 1...2_000 as ClosedRange<UInt32> {
            number += Int.random(in: 0..<40, using: &random) == 0 ? 3 : 1
            time = time + .milliseconds(Int.random(in: 0..<50, using: &random) == 0 ? 900 : 20)
            if Int.random(in: 0..<30, using: &random) == 0 { type = type == .v21 ? .v17At14400 : .v21 }
            let isCopy = Int.random(in: 0..<20, using: &random) == 0
            pair.append(
                packet(type, &random), number: number, frame: frame, time: time,
                origin: isCopy ? .secondary(1) : .primary)
        }
        pair.short.decideForm()
        pair.long.decideForm()
        return pair
    }

    private static func record(_ log: T38Log) -> LineRecord {
        var stream = MediaStream(
            kind: .udptl, from: Endpoint(IPAddress(v4: 0x0A00_0001), 4_000),
            to: Endpoint(IPAddress(v4: 0x0A00_0002), 4_002), frame: FrameRef(number: 1), time: .zero)
        stream.direction = .caller
        stream.t38 = log
        return T38Carriage.read([stream])
    }

    @Test(arguments: 1...10 as ClosedRange<UInt64>)
    func makeTheSameRecord(seed: UInt64) {
        let logs = Self.logs(seed: seed)
        let (short, long) = (Self.record(logs.short), Self.record(logs.long))
        #expect(short.events.count > 300)
        #expect(short.events.count == long.events.count)
        for (found, wanted) in zip(short.events, long.events) {
            #expect(String(describing: found) == String(describing: wanted))
        }
        #expect(String(describing: short.quirks) == String(describing: long.quirks))
        #expect(short.quirks.contains { $0.name == "ifp-frame-too-long" })
        #expect(String(describing: short.ifpSignals) == String(describing: long.ifpSignals))
        #expect(short.unreadable == long.unreadable)
    }
}
