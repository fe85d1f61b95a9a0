import FaxCore
import FaxWire
import TestSupport
import Testing

@Suite("IAX2")
struct IAX2Tests {
    private func isNew(_ octets: [UInt8]) -> Bool { IAX2Frame.looksLikeNew(octets.span.bytes) }
    private func elements(_ octets: [UInt8]) -> Decoded<IAX2Elements> { IAX2Elements.read(octets.span.bytes) }

    private func read(_ octets: [UInt8]) throws -> IAX2Frame { try IAX2Frame(octets.span.bytes) }

    @Test func fullFrames() throws {
        let octets = IAX2Maker.full(
            0x7FFF, 5, time: 0x1234_5678, outbound: 7, inbound: 9, type: 6, subclass: 5, again: true,
            IAX2Maker.element(22, "bye") + IAX2Maker.element(42, [17]))
        guard case .full(let frame) = try read(octets) else {
            Issue.record("no full frame")
            return
        }
        #expect(frame.source == 0x7FFF && frame.destination == 5 && frame.isRetransmission)
        #expect(frame.timestamp == 0x1234_5678 && frame.outbound == 7 && frame.inbound == 9)
        #expect(frame.command == .hangup && frame.control == nil && frame.isIAX(.hangup))
        let elements = IAX2Elements.read(octets.span.bytes.extracting(frame.data))
        #expect(elements.value.cause == "bye" && elements.value.causeCode == 17 && elements.stoppedBy == nil)
    }

    @Test(
        arguments: [
            (UInt8(0x04), UInt64(4), "PCMU"), (0x08, 8, "PCMA"), (0x40, 64, "L16"), (0x82, 4, "PCMU"),
            (0x8C, 4_096, "G722"),
            (0x8B, 2_048, "G726-32"), (0x90, 65_536, nil), (0xBF, 1 << 63, nil), (0xFF, 0, nil), (0, 0, nil),
        ] as [(UInt8, UInt64, String?)]) func subclassesThatArePowersOfTwo(wire: UInt8, value: UInt64, name: String?)
        throws
    {
        let octets = IAX2Maker.full(1, 2, time: 0, type: 2, subclass: wire, [1, 2, 3])
        guard case .full(let frame) = try read(octets) else {
            Issue.record("no full frame")
            return
        }
        #expect(frame.subclass == value && IAX2Format.encoding(frame.subclass) == name)
        #expect(frame.kind == .voice && Array(octets[frame.data]) == [1, 2, 3])
    }

    @Test func miniAndTrunkFrames() throws {
        #expect(
            try read(IAX2Maker.mini(9, time: 65_535, [1, 2]))
                == .mini(IAX2MiniFrame(source: 9, timestamp: 65_535, data: 4..<6)))
        let timed = IAX2Maker.trunk(time: 1, [(1, 20, [1, 1]), (2, 40, [2])])
        #expect(
            try read(timed)
                == .trunk([
                    IAX2MiniFrame(source: 1, timestamp: 20, data: 14..<16),
                    IAX2MiniFrame(source: 2, timestamp: 40, data: 22..<23),
                ]))
        let plain = IAX2Maker.trunk(time: 0x1_0020, [(1, nil, [1, 1])])
        #expect(try read(plain) == .trunk([IAX2MiniFrame(source: 1, timestamp: 0x20, data: 12..<14)]))
        #expect(try read([0, 0, 0x80, 1, 0, 0, 1, 2, 3]) == .video)
        #expect(throws: DecodeFailure.self) { try read([0, 0, 2, 0, 0, 0, 0, 0]) }
        #expect(throws: DecodeFailure.self) { try read(Array(timed.dropLast())) }
    }

    @Test func elementsUpToWhatDoesNotFit() {
        let octets =
            IAX2Maker.element(1, "200") + IAX2Maker.element(99, [1]) + IAX2Maker.element(9, [0, 0, 0, 64])
            + IAX2Maker.element(8, []) + [2, 200, 0x31]
        let read = IAX2Elements.read(octets.span.bytes)
        #expect(read.value.calledNumber == "200" && read.value.format == 64 && read.value.callingNumber == nil)
        #expect(read.value.capability == nil && read.stoppedBy?.layer == .iax2)
        let many = [UInt8](repeating: 0, count: 2 * (IAX2Elements.maximumElements + 1))
        #expect(elements(many).stoppedBy != nil)
        #expect(elements(Array(many.dropLast(2))).stoppedBy == nil)
    }

    @Test func onlyANewLooksLikeOne() {
        let new = IAX2Maker.new(5)
        #expect(isNew(new))
        // Cut behind an element it is still whole.
        for length in 0..<new.count where ![16, 21, 26].contains(length) { #expect(!isNew(Array(new.prefix(length)))) }
        var random = SeededRandom(seed: 2)
        var hits = 0
        for _ in 0..<20_000 {
            let octets = (0..<60).map { _ in UInt8(truncatingIfNeeded: random.next()) }
            if isNew(octets) { hits += 1 }
        }
        #expect(hits == 0)
    }

    @Test func cutAndChangedFramesNeverTrap() {
        let frames = [
            IAX2Maker.new(5), IAX2Maker.mini(9, time: 1, [1, 2]),
            IAX2Maker.trunk(time: 1, [(1, 20, [1, 1]), (2, 40, [2])]), IAX2Maker.trunk(time: 1, [(1, nil, [1, 1])]),
            [0, 0, 0x80, 1, 0, 0, 1, 2, 3],
        ]
        var random = SeededRandom(seed: 3)
        func tryToRead(_ octets: [UInt8]) {
            let bytes = octets.span.bytes
            _ = IAX2Frame.looksLike(bytes)
            guard let frame = try? IAX2Frame(bytes) else { return }
            switch frame {
            case .full(let frame):
                #expect(frame.data.upperBound == octets.count)
                _ = IAX2Elements.read(bytes.extracting(frame.data))
            case .mini(let frame): #expect(frame.data.upperBound <= octets.count)
            case .trunk(let entries): #expect(entries.allSatisfy { $0.data.upperBound <= octets.count })
            case .video: break
            }
        }
        for frame in frames {
            for length in 0...frame.count { tryToRead(Array(frame.prefix(length))) }
            for _ in 0..<2_000 {
                var changed = frame
                for _ in 0..<1 + Int(random.next() % 3) {
                    changed[Int(random.next() % UInt64(changed.count))] = UInt8(truncatingIfNeeded: random.next())
                }
                tryToRead(changed)
            }
        }
    }

    // MARK: - Writing

    @Test func whatIsWrittenIsReadAgain() throws {
        var elements = IAX2Elements()
        elements.version = 2
        elements.calledNumber = "200"
        elements.callingNumber = "100"
        elements.callingName = "A fax"
        elements.username = "fax0"
        elements.password = "p"
        elements.capability = 0x4C
        elements.format = IAX2Format.linear
        elements.authenticationMethods = 3
        elements.challenge = "12345"
        elements.md5Result = "00ff"
        elements.refresh = 300
        elements.cause = "busy"
        elements.causeCode = 17
        elements.unknownCommand = 111
        elements.wantsEncryption = true
        elements.callToken = [1, 2, 3]
        let read = IAX2Elements.read(elements.octets.span.bytes)
        #expect(read.value == elements && read.stoppedBy == nil)
        #expect(Array(elements.octets.prefix(4)) == [11, 2, 0, 2])
        var empty = IAX2Elements()
        #expect(empty.octets.isEmpty)
        empty.callToken = []
        #expect(empty.octets == [54, 0])
        empty.callToken = [UInt8](repeating: 7, count: 300)
        #expect(empty.octets.count == 257)
    }

    @Test(arguments: [UInt64(0), 4, 0x7F, 0x80, 1 << 16, 1 << 63]) func fullFramesAreReadAgain(subclass: UInt64) throws
    {
        var frame = IAX2FullFrame(
            source: 0x7FFE, destination: 3, timestamp: 0xFEDC_BA98, outbound: 250, inbound: 3, kind: .voice,
            subclass: subclass)
        frame.isRetransmission = true
        let octets = frame.octets([1, 2, 3])
        frame.data = 12..<15
        #expect(try read(octets) == .full(frame))
    }

    @Test func miniFramesAreReadAgain() throws {
        let octets = IAX2MiniFrame.octets(source: 9, timestamp: 65_535, [1, 2])
        #expect(octets == IAX2Maker.mini(9, time: 65_535, [1, 2]))
        #expect(try read(octets) == .mini(IAX2MiniFrame(source: 9, timestamp: 65_535, data: 4..<6)))
    }
}
