import FaxCore
import FaxWire

/// The session description of one message of a dialog, reduced to what offer and answer need.
struct DialogSDP: Sendable {
    typealias Line = StepSDP.Line

    var lines: [Line] { step.lines }
    /// Of the octets, to tell a changed description from a repeated one.
    var hash: UInt64

    /// First thing that the reader complained of.
    var oddity: DecodeFailure?

    /// Tells descriptions apart.
    static func hash(_ octets: ArraySlice<UInt8>) -> UInt64 { hash(octets.span.bytes) }

    static func hash(_ span: RawSpan) -> UInt64 {
        var hash = UInt64(span.byteCount) ^ 0xCBF2_9CE4_8422_2325
        var place = 0
        while place + 8 <= span.byteCount {
            hash ^= UInt64(span.be32(place)) << 32 | UInt64(span.be32(place + 4))
            hash = hash &* 0x9E37_79B9_7F4A_7C15
            hash ^= hash >> 29
            place += 8
        }
        while place < span.byteCount {
            hash = (hash ^ UInt64(span.octet(place))) &* 0x100_0000_01B3
            place += 1
        }
        return hash ^ hash >> 32
    }

    /// `audio PCMU,PCMA 10412; image udptl 4450`; empty where nobody asks for it.
    let summary: String
    /// For the step that carries it.
    let step: StepSDP

    init(_ octets: ArraySlice<UInt8>, hash: UInt64, isDescribed: Bool, _ known: inout KnownMedia) {
        self.hash = hash
        (step, oddity) = known.read(octets)
        summary = isDescribed ? step.lines.map(\.summary).joined(separator: "; ") : ""
    }

    /// What the description asks for; `nil`: no medium at all.
    var target: MediaChange.Target? {
        Self.target(
            audio: lines.contains { $0.isAudio && $0.isActive }, t38: lines.contains { $0.isT38 && $0.isActive },
            isHeld: lines.contains {
                $0.isAudio && $0.isActive && ($0.direction == .sendonly || $0.direction == .inactive)
            })
    }

    static func target(audio: Bool, t38: Bool, isHeld: Bool) -> MediaChange.Target? {
        switch (audio, t38) {
        case (true, true): isHeld ? .t38 : .both
        case (false, true): .t38
        case (true, false): isHeld ? .hold : .audio
        case (false, false): nil
        }
    }

    /// T.38 parameters of the first image line that is switched on.
    var t38: T38Parameters? { lines.first { $0.isT38 && $0.isActive }?.t38 }
}

extension DialogSDP.Line {
    fileprivate var summary: String {
        var words: [String] = []
        switch kind {
        case .audio: words.append("audio")
        case .image: words.append("image")
        case .other(let name): words.append(name)
        }
        let names = preference.compactMap { type in
            codecs[type].flatMap { $0.encoding.lowercased() == "telephone-event" ? nil : $0.encoding }
        }
        words.append(names.isEmpty ? transport.lowercased() : names.prefix(8).joined(separator: ","))
        words.append("\(port)")
        if direction != .sendrecv, isActive { words.append(direction.rawValue) }
        return words.joined(separator: " ")
    }
}
