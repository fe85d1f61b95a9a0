import FaxCore
import FaxDSP
import FaxWire
import PcapDecode
import T30Analyzer

/// The new payloads of one stream whose coding can be made, by the timestamp of their first sample.
struct StreamAudio {
    private var byTimestamp: [UInt32: Payload] = [:]
    private var byFrame: [FrameRef: [Payload]] = [:]
    private(set) var pages = 0
    private(set) var identFrames = 0
    private(set) var unreadBursts = 0
    /// Turns and bursts of which a receiver makes something else than of the original's, after all attempts.
    private(set) var unlikeSignals = 0

    /// A piece of sound and what stands for it.
    private struct Payload {
        var packet: AudioLog.Packet
        var old: ArraySlice<UInt8>
        var new: [UInt8]
    }

    /// Of making a stream until it is heard as the original was.
    private static let attemptLimit = 24

    /// `nil`: the stream holds no sound that can be made anew.
    init?(_ stream: MediaStream, _ names: Pseudonyms, number: Int) {
        guard let log = stream.audio, !log.packets.isEmpty, [.rtp, .iax2, .srtp].contains(stream.kind),
            let timeline = AudioTimeline(stream), !timeline.samples.isEmpty
        else { return nil }
        let items = AudioHearing(stream, timeline).items
        let first = AudioSubstitute(timeline, items, names, stream: number)
        pages = first.plan.line.pages
        identFrames = first.plan.line.identFrames
        if names.isLearning { return }
        unreadBursts = first.plan.unreadBursts + first.unmadeBursts
        var payloads = Self.payloads(log, timeline, first.samples)
        if !timeline.gaps.isEmpty || log.isCompressed {
            var search = AudioSearch(items, first.plan)
            func make(_ variation: AudioVariation) {
                let made = AudioSubstitute(timeline, items, names, stream: number, variation: variation)
                payloads = Self.payloads(log, timeline, made.samples)
            }
            for _ in 0..<Self.attemptLimit where search.goesOn(after: Self.heard(stream, payloads)) {
                make(search.variation)
            }
            if search.differences > 0 { make(search.best) }
            unlikeSignals = search.differences
        }
        for payload in payloads {
            byTimestamp[payload.packet.timestamp] = payload
            byFrame[payload.packet.frame, default: []].append(payload)
        }
    }

    /// What stands for a payload of a frame.
    func payload(_ frame: FrameRef, _ octets: ArraySlice<UInt8>) -> [UInt8]? {
        byFrame[frame]?.first { $0.old == octets }?.new
    }

    /// What stands for a payload, or for a copy of it; `nil` when it is none of this stream's.
    func payload(at timestamp: UInt32, _ octets: ArraySlice<UInt8>) -> [UInt8]? {
        guard let payload = byTimestamp[timestamp], payload.old == octets else { return nil }
        return payload.new
    }

    // MARK: Coding

    /// In order of the samples, for codings go on from packet to packet.
    private static func payloads(_ log: AudioLog, _ timeline: AudioTimeline, _ samples: [Int16]) -> [Payload] {
        var coders = AudioCoders(log)
        let places = log.packets.map { ($0, timeline.samples(ofFrame: $0.frame)) }
        let ordered = places.compactMap { packet, place in place.map { (packet, $0) } }
            .sorted { ($0.1.lowerBound, $0.0.frame) < ($1.1.lowerBound, $1.0.frame) }
        return ordered.compactMap { packet, place in
            let old = log.octets[packet.offset..<packet.offset + packet.length]
            let isSame = samples[place] == timeline.samples[place]
            guard let new = coders.octets(samples[place], type: packet.payloadType, like: old, isSame: isSame) else {
                return nil
            }
            return Payload(packet: packet, old: old, new: new)
        }
    }

    /// The stream with these payloads as the analysis hears it.
    private static func heard(_ stream: MediaStream, _ payloads: [Payload]) -> [HeardItem] {
        var new = stream
        for payload in payloads { new.audio?.replace(payload.old.indices, with: payload.new) }
        guard let timeline = AudioTimeline(new) else { return [] }
        return AudioHearing(new, timeline, hasSounds: false).items
    }
}

extension AudioLog {
    /// Some of it is coded so that what is heard is not what was said.
    fileprivate var isCompressed: Bool {
        Set(packets.map(\.payloadType)).contains { type in
            switch AudioCodec(encoding: formats[type] ?? "") {
            case .gsm, .g722, .g726: true
            case .g711, .linear16, nil: false
            }
        }
    }
}

/// Codes samples in the place of a stream's payloads: one encoder a payload type.
private struct AudioCoders {
    private final class Box {
        var encoder: AudioEncoder

        init?(_ codec: AudioCodec) {
            guard let encoder = AudioEncoder(codec) else { return nil }
            self.encoder = encoder
        }
    }

    private let log: AudioLog
    private var boxes: [UInt8: Box] = [:]
    private var leftOut: [UInt8: LeftOutValues] = [:]

    init(_ log: AudioLog) { self.log = log }

    private mutating func leftOut(_ type: UInt8, _ law: G711) -> LeftOutValues {
        if let known = leftOut[type] { return known }
        let packets = log.packets.filter { $0.payloadType == type }
        let new = LeftOutValues(packets.flatMap { log.octets[$0.offset..<$0.offset + $0.length] }, law)
        leftOut[type] = new
        return new
    }

    /// Octets whose sample stays, stay. `nil`: a coding that is not made here, or another length.
    mutating func octets(
        _ samples: ArraySlice<Int16>, type: UInt8, like old: ArraySlice<UInt8>, isSame: Bool
    ) -> [UInt8]? {
        let name = log.formats[type] ?? PayloadFormat.assigned(type)?.encoding ?? ""
        guard let codec = AudioCodec(encoding: name) else { return nil }
        if case .g711(let law) = codec {
            guard samples.count == old.count else { return nil }
            let values = leftOut(type, law)
            return zip(old, samples).map { law.sample($0) == $1 ? $0 : values.octet(law.octet($1)) }
        }
        if boxes[type] == nil { boxes[type] = Box(codec) }
        let new = boxes[type]?.encoder.encode(samples)
        if isSame { return Array(old) }
        return new?.count == old.count ? new : nil
    }
}
