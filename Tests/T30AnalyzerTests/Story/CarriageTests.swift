import FaxCore
import FaxWire
import PcapDecode
import Testing

@testable import T30Analyzer

private func frames(_ record: LineRecord) -> [LineFrame] {
    record.events.compactMap { if case .frame(let frame) = $0.content { frame } else { nil } }
}

private func bursts(_ record: LineRecord) -> [LineBurst] {
    record.events.compactMap { if case .burst(let burst) = $0.content { burst } else { nil } }
}

@Suite struct CarriageTests {
    private func read(_ script: LineScript) -> LineRecord { T38Carriage.read(script.call.streams) }

    private func octet(_ octet: UInt8) -> IFPPacket { .data(.v21, [.init(.hdlcData, [mirrored(octet)])]) }

    @Test func framesAreRebuilt() {
        var script = LineScript()
        script.command(.callee, Say.csi, Say.dis)
        let found = frames(read(script))
        #expect(found.map(\.octets) == [[0xFF, 0x03] + Say.csi, [0xFF, 0x13] + Say.dis])
        #expect(found.allSatisfy { $0.crcOK == true && !$0.hasGap })
    }

    /// Several octets and the FCS in one packet; data inside the FCS field; no indicator before; no end.
    @Test func habitsOfGateways() {
        var script = LineScript()
        script.send(
            .callee, .data(.v21, [.init(.hdlcData, [0xFF, 0xC8].map { $0 }), .init(.hdlcFCSOKSigEnd, [0x31])]))
        script.send(.callee, .data(.v21, [.init(.hdlcSigEnd)]))
        let record = read(script)
        #expect(frames(record).map(\.octets) == [[0xFF, 0x13, 0x8C]])
        let names = record.quirks.map(\.name)
        #expect(names.contains("ifp-data-in-fcs") && names.contains("ifp-superfluous-sig-end"))
    }

    @Test func badFrameCheck() {
        var script = LineScript()
        script.indicate(.callee, .v21Preamble)
        for value: UInt8 in [0xFF, 0x13, 0x8C] { script.send(.callee, octet(value)) }
        script.send(.callee, .data(.v21, [.init(.hdlcFCSBadSigEnd)]))
        let record = read(script)
        #expect(frames(record).map(\.crcOK) == [false])
        #expect(record.quirks.map(\.name).contains("ifp-fcs-bad"))
    }

    /// Loss inside a frame spoils it; loss of its FCS joins it with nothing; the next frame is whole again.
    @Test func lossInsideAFrame() {
        var script = LineScript()
        script.indicate(.callee, .v21Preamble)
        script.send(.callee, octet(0xFF))
        script.lose(1, of: .callee)
        script.send(.callee, octet(0x8C))
        script.send(.callee, .data(.v21, [.init(.hdlcFCSOKSigEnd)]))
        script.indicate(.callee, .noSignal)
        script.command(.callee, Say.mcf)
        let found = frames(read(script))
        #expect(found.map(\.hasGap) == [true, false])
        #expect(found.map(\.crcOK) == [false, true])
    }

    @Test func lossOfTheEnd() {
        var script = LineScript()
        script.indicate(.callee, .v21Preamble)
        for value: UInt8 in [0xFF, 0x13, 0x8C] { script.send(.callee, octet(value)) }
        script.lose(2, of: .callee)
        script.indicate(.callee, .v21Preamble)
        let found = frames(read(script))
        #expect(found.count == 1)
        #expect(found.first?.crcOK != true)
    }

    @Test func lossInsideAPage() {
        var script = LineScript()
        script.indicate(.caller, .v17ShortTraining14400)
        script.send(.caller, .data(.v17At14400, [.init(.t4NonECMData, [1, 2, 3])]))
        script.lose(3, of: .caller)
        script.send(.caller, .data(.v17At14400, [.init(.t4NonECMData, [4])]))
        script.send(.caller, .data(.v17At14400, [.init(.t4NonECMSigEnd)]))
        let found = bursts(read(script))
        #expect(found.map(\.octets) == [[1, 2, 3, 4]])
        #expect(found.map(\.gaps) == [[3]])
        #expect(found.map(\.ended) == [true])
    }

    @Test func wrongEndType() {
        var script = LineScript()
        script.indicate(.caller, .v17ShortTraining14400)
        script.send(.caller, .data(.v17At14400, [.init(.t4NonECMData, [1])]))
        script.send(.caller, .data(.v17At14400, [.init(.hdlcSigEnd)]))
        let record = read(script)
        #expect(bursts(record).map(\.octets) == [[1]])
        #expect(record.quirks.map(\.name).contains("ifp-wrong-sig-end-type"))
    }

    /// Any octets as IFP packets: nothing traps, frames stay within their limit.
    @Test func anyPackets() {
        var random = SeededRandom(seed: 38)
        for _ in 0..<300 {
            var log = T38Log()
            var sequence = 0
            for _ in 0..<60 {
                sequence += random.next() % 10 == 0 ? 3 : 1
                let octets = (0..<Int(random.next() % 12)).map { _ in UInt8(truncatingIfNeeded: random.next()) }
                log.append(
                    sequence: sequence, frame: FrameRef(number: UInt32(sequence)), time: Instant(seconds: 1),
                    origin: .primary, octets: octets)
            }
            log.decideForm()
            var script = LineScript().call
            script.streams[0].t38 = log
            let fax = FaxAnalyzer().analyze(script)
            #expect(fax.pagesConfirmed ?? 0 == 0 || !fax.pages.isEmpty)
        }
    }

    @Test func endlessFrame() {
        var script = LineScript()
        script.indicate(.callee, .v21Preamble)
        for _ in 0..<3 {
            script.send(.callee, .data(.v21, [.init(.hdlcData, [UInt8](repeating: 0x55, count: 3_000))]))
        }
        script.send(.callee, .data(.v21, [.init(.hdlcFCSOK)]))
        #expect((frames(read(script)).first?.octets.count ?? 0) <= T30Frame.maximumOctets)
    }
}
