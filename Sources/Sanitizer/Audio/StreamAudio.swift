import FaxCore
import FaxDSP
import FaxWire
import PcapDecode
import T30Analyzer

/// The new payloads of one stream in G.711 or linear samples, by the timestamp of their first sample.
struct StreamAudio {
    private var payloads: [UInt32: (old: ArraySlice<UInt8>, new: [UInt8])] = [:]
    private var byFrame: [FrameRef: [(old: ArraySlice<UInt8>, new: [UInt8])]] = [:]
    private(set) var pages = 0
    private(set) var identFrames = 0
    private(set) var unreadBursts = 0
    /// Packets are missing, and bursts around them were read as they came.
    private(set) var hasGaps = false

    /// `nil`: the stream holds no sound that can be made anew.
    init?(_ stream: MediaStream, _ names: Pseudonyms, number: Int) {
        guard let log = stream.audio, !log.packets.isEmpty, [.rtp, .iax2].contains(stream.kind),
            let timeline = AudioTimeline(stream), !timeline.samples.isEmpty
        else { return nil }
        let substitute = AudioSubstitute(timeline, names, stream: number)
        pages = substitute.pages
        identFrames = substitute.identFrames
        unreadBursts = substitute.unreadBursts
        hasGaps = !timeline.gaps.isEmpty && substitute.madeBursts > 0
        if names.isLearning { return }
        for packet in log.packets {
            guard let coding = AudioCodec(encoding: log.formats[packet.payloadType] ?? ""),
                let place = timeline.samples(ofFrame: packet.frame),
                case let old = log.octets[packet.offset..<packet.offset + packet.length],
                let new = Self.coded(substitute.samples[place], as: coding, like: old)
            else { continue }
            payloads[packet.timestamp] = (old, new)
            byFrame[packet.frame, default: []].append((old, new))
        }
    }

    /// Samples in the place of a payload's own; octets whose sample stays, stay. `nil`: another coding, or another length.
    private static func coded(
        _ samples: ArraySlice<Int16>, as codec: AudioCodec, like old: ArraySlice<UInt8>
    ) -> [UInt8]? {
        switch codec {
        case .g711(let law) where samples.count == old.count:
            zip(old, samples).map { law.sample($0) == $1 ? $0 : law.octet($1) }
        case .linear16 where samples.count * 2 == old.count:
            samples.flatMap { [UInt8(truncatingIfNeeded: $0 >> 8), UInt8(truncatingIfNeeded: $0)] }
        case .g711, .linear16, .gsm, .g722, .g726: nil
        }
    }

    /// What stands for a payload of a frame.
    func payload(_ frame: FrameRef, _ octets: ArraySlice<UInt8>) -> [UInt8]? {
        byFrame[frame]?.first { $0.old == octets }?.new
    }

    /// What stands for a payload, or for a copy of it; `nil` when it is none of this stream's.
    func payload(at timestamp: UInt32, _ octets: ArraySlice<UInt8>) -> [UInt8]? {
        guard let (old, new) = payloads[timestamp], old == octets else { return nil }
        return new
    }
}
