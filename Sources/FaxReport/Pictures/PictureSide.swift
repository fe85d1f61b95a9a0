import FaxCore
import PcapDecode
import T30Analyzer

/// What one side of a call gives to the picture.
struct PictureSide {
    /// What went missing on the way, or came too much.
    struct Loss {
        /// The raw value is the order of drawing.
        enum Kind: Int, CaseIterable {
            /// What was in the packets came with later ones.
            case repaired
            case lost
            /// Samples more or less, though no packet is missing.
            case slip

            var style: String {
                switch self {
                case .repaired: "repaired"
                case .lost: "lost"
                case .slip: "slip"
                }
            }

            var meaning: String {
                switch self {
                case .repaired: "packets lost and repaired"
                case .lost: "packets lost"
                case .slip: "samples slipped"
                }
            }
        }

        var kind: Kind
        /// Seconds on the call's axis.
        var start: Double
        var end: Double
    }

    var name: String
    var party: Party?
    /// `PCMU`, `t38` …
    var codecs: String
    var track: SoundTrack?
    /// In order of time.
    var items: [PictureItem]
    /// In order of time.
    var losses: [Loss]

    /// The caller, the callee, and what cannot be told to be of one of them, if there is such.
    static func sides(_ analyzed: AnalyzedCall, axis: CallAxis) -> [PictureSide] {
        let items = PictureItems(analyzed, axis: axis).items
        let tracks = SoundTrack.tracks(analyzed, axis: axis)
        var sides: [PictureSide] = []
        for track in tracks where track.party == nil { sides.append(side(track.name, nil, track, [], analyzed, axis)) }
        for party in [Party.caller, .callee] {
            let track = tracks.first { $0.party == party }
            sides.append(
                side(party.rawValue, party, track, items.filter { $0.party == party }, analyzed, axis))
        }
        let unknown = items.filter { $0.party == nil }
        if unknown.isEmpty { return sides }
        if sides[0].track?.party == nil, sides[0].track != nil {
            sides[0].items = unknown
        } else {
            sides.append(side("unknown", nil, nil, unknown, analyzed, axis))
        }
        return sides
    }

    private static func side(
        _ name: String, _ party: Party?, _ track: SoundTrack?, _ items: [PictureItem], _ analyzed: AnalyzedCall,
        _ axis: CallAxis
    ) -> PictureSide {
        let heard = track?.streams.map(\.stream) ?? []
        let streams = analyzed.call.streams
        let mine = streams.indices.filter { heard.contains($0) || (party != nil && streams[$0].direction == party) }
        var codecs: [String] = []
        for index in mine { if let codec = streams[index].codec, !codecs.contains(codec) { codecs.append(codec) } }
        var losses = (track?.streams ?? []).flatMap { Self.losses($0.timeline, axis) }
        for index in mine where !heard.contains(index) { losses += Self.losses(streams[index].statistics, axis) }
        for burst in analyzed.fax.bursts where burst.party == party {
            losses += burst.slips.map { slip in
                let time = axis.seconds(slip.time)
                return Loss(kind: .slip, start: time, end: time)
            }
        }
        return PictureSide(
            name: name, party: party, codecs: TerminalText.harmless(codecs.joined(separator: ", "), limit: 40),
            track: track,
            items: items, losses: losses.sorted { ($0.start, $0.end) < ($1.start, $1.end) })
    }

    private static func losses(_ timeline: AudioTimeline, _ axis: CallAxis) -> [Loss] {
        timeline.gaps.map { gap in
            let end = gap.time + .microseconds(125 * gap.missingSamples)
            return Loss(kind: .lost, start: axis.seconds(gap.time), end: axis.seconds(end))
        }
    }

    private static func losses(_ statistics: StreamStatistics, _ axis: CallAxis) -> [Loss] {
        statistics.gaps.map { gap in
            Loss(
                kind: gap.recovered >= gap.count ? .repaired : .lost, start: axis.seconds(gap.time.lowerBound),
                end: axis.seconds(gap.time.upperBound))
        }
    }
}
