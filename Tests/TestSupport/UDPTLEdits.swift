import FaxCore
import FaxProtocol
import FaxWire
import PcapDecode

/// One IFP packet of a party's T.38, with the time at which it was sent.
public struct IFPStep: Sendable {
    public var time: Instant
    /// As they stand in the UDPTL packet.
    public var octets: [UInt8]
    public var form: IFPForm

    public init(time: Instant, octets: [UInt8], form: IFPForm) {
        self.time = time
        self.octets = octets
        self.form = form
    }

    public init(_ time: Instant, _ packet: IFPPacket, _ form: IFPForm) {
        self.init(time: time, octets: packet.octets(form: form) ?? [], form: form)
    }

    /// `nil`: it does not read.
    public var packet: IFPPacket? {
        get { IFPPacket.read(octets.span.bytes, form: form).value.packet }
        set { octets = newValue?.octets(form: form) ?? octets }
    }

    public var indicator: T38Indicator? {
        guard case .indicator(let indicator) = packet else { return nil }
        return indicator
    }

    public var type: T38DataType? {
        guard case .data(let type, _) = packet else { return nil }
        return type
    }

    public var fields: [IFPPacket.Field] {
        get {
            guard case .data(_, let fields) = packet else { return [] }
            return fields
        }
        set {
            guard let type else { return }
            packet = .data(type, newValue)
        }
    }
}

// MARK: - Packets of one party

extension CaptureEditor {
    /// Changes the IFP packets that a party sent as UDPTL, in order; their datagrams are made anew, numbered without gap,
    /// with as many earlier packets as copies as the real ones carried. The capture must hold all of them.
    public mutating func editT38(of party: Party, _ change: (inout [IFPStep]) -> Void) {
        let sent = media(.udptl, from: party)
        let datagrams = sent.map { (place: $0.place, packet: UDPTLPacket.read($0.payload.span.bytes).value) }
        guard let first = datagrams.first else { return }
        var steps = steps(sent, datagrams.map(\.packet))
        change(&steps)
        let depth = datagrams.map { Self.secondaries($0.packet) }.max() ?? 0
        var sender = UDPTLSender(
            correction: depth > 0 ? .redundancy(.init(all: depth)) : .none, maximumDatagram: 1_400,
            firstSequence: first.packet.sequence)
        let template = records[first.place]
        drop(places: datagrams.map(\.place))
        for (index, step) in steps.enumerated() {
            var record = template
            record.time = step.time
            record.frame.renumber(by: UInt16(truncatingIfNeeded: 8_192 + index))
            record.frame.setPayload(sender.send(step.octets, category: .controlData))
            records.append(record)
        }
    }

    private static func secondaries(_ packet: UDPTLPacket) -> Int {
        guard case .redundancy(let copies) = packet.recovery else { return 0 }
        return copies.count
    }

    /// Each once, in the form that all of them together tell.
    private func steps(_ sent: [CapturedMedia], _ packets: [UDPTLPacket]) -> [IFPStep] {
        var log = T38Log()
        var seen: Set<UInt16> = []
        var steps: [IFPStep] = []
        for (media, packet) in zip(sent, packets) where seen.insert(packet.sequence).inserted {
            log.append(
                sequence: steps.count, frame: FrameRef(number: 1), time: media.time, origin: .primary,
                octets: packet.primary)
            steps.append(IFPStep(time: media.time, octets: packet.primary, form: .v1998))
        }
        let form = log.decideForm()
        for index in steps.indices { steps[index].form = form }
        return steps
    }

    /// The IFP packets of a party as they stand.
    public mutating func t38(of party: Party) -> [IFPStep] {
        let sent = media(.udptl, from: party)
        return steps(sent, sent.map { UDPTLPacket.read($0.payload.span.bytes).value })
    }
}

// MARK: - T.30 frames

/// A T.30 frame of the control channel among IFP packets.
public struct IFPFrame: Sendable {
    /// Steps with its octets and its FCS.
    public var steps: ClosedRange<Int>
    /// Without FCS, first bit on the line = least significant.
    public var octets: [UInt8]

    public var name: String { T30Frame(lax: octets).name }
}

extension [IFPStep] {
    /// Every V.21 frame that has its FCS.
    public var frames: [IFPFrame] {
        var found: [IFPFrame] = []
        var octets: [UInt8] = []
        var start: Int?
        for (index, step) in enumerated() where step.type == .v21 {
            for field in step.fields {
                if field.type == .hdlcData {
                    start = start ?? index
                    octets += field.octets.map { mirror($0) }
                } else if field.type.frameCheck != nil, let first = start {
                    found.append(IFPFrame(steps: first...index, octets: octets))
                    (octets, start) = ([], nil)
                }
            }
        }
        return found
    }

    /// Rewrites the octets of each frame of this name.
    public mutating func editFrames(_ name: String, _ change: (inout [UInt8]) -> Void) {
        for frame in frames.reversed() where frame.name == name {
            var octets = frame.octets
            change(&octets)
            replace(frame, by: octets)
        }
    }

    /// All octets in the first packet of the frame; packets that have nothing else go.
    private mutating func replace(_ frame: IFPFrame, by octets: [UInt8]) {
        for index in frame.steps.reversed() {
            self[index].fields.removeAll { $0.type == .hdlcData }
            if index == frame.steps.lowerBound {
                self[index].fields.insert(.init(.hdlcData, octets.map { mirror($0) }), at: 0)
            } else if self[index].fields.isEmpty {
                remove(at: index)
            }
        }
    }

    /// The packets of the turn that a frame belongs to: from its preamble to the end of the signal.
    public func turn(of frame: IFPFrame) -> Range<Int> {
        let start = self[..<frame.steps.lowerBound].lastIndex { $0.indicator == .v21Preamble } ?? frame.steps.lowerBound
        let rest = self[frame.steps.upperBound...]
        let next = rest.firstIndex { $0.indicator != nil && $0.indicator != .noSignal } ?? endIndex
        return start..<next
    }

    /// Takes away the turns with frames of this name; `nth`: that one only, from 1.
    public mutating func dropTurns(_ name: String, nth: Int? = nil) {
        var chosen = frames.filter { $0.name == name }
        if let nth { chosen = nth <= chosen.count ? [chosen[nth - 1]] : [] }
        for frame in chosen.reversed() { removeSubrange(turn(of: frame)) }
    }

    /// A turn of frames (address first) that begins at this moment: a second of flags, an octet every 27 ms.
    ///
    /// Steps of later times are left where they are: the list is put in order of time.
    public mutating func insertTurn(at time: Instant, flags: Duration = .seconds(1), _ frames: [UInt8]...) {
        let form = first?.form ?? .v1998
        var now = time
        var turn = [IFPStep(now, .indicator(.v21Preamble), form)]
        now = now + flags
        for frame in frames {
            for octet in frame {
                turn.append(IFPStep(now, .data(.v21, [.init(.hdlcData, [mirror(octet)])]), form))
                now = now + .milliseconds(27)
            }
            turn.append(IFPStep(now, .data(.v21, [.init(.hdlcFCSOK)]), form))
        }
        now = now + .milliseconds(30)
        turn.append(IFPStep(now, .data(.v21, [.init(.hdlcSigEnd)]), form))
        turn.append(IFPStep(now + .milliseconds(20), .indicator(.noSignal), form))
        self = (self + turn).enumerated().sorted {
            ($0.element.time, $0.offset) < ($1.element.time, $1.offset)
        }.map(\.element)
    }

    /// Moves these steps in time.
    public mutating func shift(_ range: Range<Int>, by delay: Duration) {
        for index in range.clamped(to: indices) { self[index].time = self[index].time + delay }
    }

    /// When a frame of this name ended.
    public func end(of name: String, nth: Int = 1) -> Instant? {
        let chosen = frames.filter { $0.name == name }
        return nth <= chosen.count ? self[chosen[nth - 1].steps.upperBound].time : nil
    }
}

private func mirror(_ octet: UInt8) -> UInt8 {
    (0..<8).reduce(0) { $0 | (octet >> UInt8($1) & 1) << UInt8(7 - $1) }
}
