import FaxCore
import FaxDSP
import FaxWire
import PcapDecode
import T30Analyzer

/// The new payloads of one G.711 stream, by the timestamp of their first sample.
struct StreamAudio {
    private var payloads: [UInt32: (old: ArraySlice<UInt8>, new: [UInt8])] = [:]
    private var byFrame: [FrameRef: [(old: ArraySlice<UInt8>, new: [UInt8])]] = [:]
    private(set) var pages = 0
    private(set) var identFrames = 0
    private(set) var unreadBursts = 0
    /// Packets are missing, and bursts around them were read as they came.
    private(set) var hasGaps = false

    /// `nil`: the stream is not G.711, or holds nothing.
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
            guard let law = Self.law(log.formats[packet.payloadType]),
                let place = timeline.samples(ofFrame: packet.frame), place.count == packet.length
            else { continue }
            let old = log.octets[packet.offset..<packet.offset + packet.length]
            let new = zip(old, substitute.samples[place]).map { octet, sample in
                law.sample(octet) == sample ? octet : law.octet(sample)
            }
            payloads[packet.timestamp] = (old, new)
            byFrame[packet.frame, default: []].append((old, new))
        }
    }

    private static func law(_ encoding: String?) -> G711? {
        switch encoding?.uppercased() {
        case "PCMU": .muLaw
        case "PCMA": .aLaw
        default: nil
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
