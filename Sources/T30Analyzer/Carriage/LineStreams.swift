import FaxCore
import PcapDecode

/// The streams of a call as the line is read from them: of media that the capture holds on several hops those of one hop,
/// and what goes on under another port or SSRC as one stream.
struct LineStreams {
    /// In the places that they have in the call; those that are read elsewhere are empty.
    private(set) var streams: [MediaStream]
    /// The places of these, each with the place where its media is read.
    private(set) var readElsewhere: [Int: Int] = [:]
    /// Those of them that are another hop of the same media.
    private(set) var otherHops: Set<Int> = []

    init(_ streams: [MediaStream]) {
        self.streams = streams
        // Mostly each party has one stream of audio and one of T.38.
        guard streams.count <= Self.limit, Self.mayBelongTogether(streams) else { return }
        let hops = MediaHops(streams).readInstead
        otherHops = Set(hops.keys)
        for (other, place) in hops { readElsewhere(other, at: place) }
        join()
        readElsewhere = readElsewhere.mapValues { readElsewhere[$0] ?? $0 }
    }

    /// Each stream may be held against every other one: a call of more streams than any fax has is read as it stands.
    static let limit = 256

    private static func mayBelongTogether(_ streams: [MediaStream]) -> Bool {
        streams.indices.contains { index in
            streams[..<index].indices.contains { streams[$0].mayBelong(with: streams[index]) }
        }
    }

    private mutating func readElsewhere(_ stream: Int, at place: Int) {
        readElsewhere[stream] = place
        streams[stream].t38 = nil
        streams[stream].audio = nil
    }

    private mutating func join() {
        let inOrder = streams.indices.filter { streams[$0].t38 != nil || streams[$0].audio != nil }
            .sorted { (streams[$0].firstTime, $0) < (streams[$1].firstTime, $1) }
        var lines: [Int] = []
        for index in inOrder {
            let place = lines.last {
                streams[$0].mayBelong(with: streams[index]) && streams[$0].goesOn(as: streams[index])
            }
            guard let place else {
                lines.append(index)
                continue
            }
            let next = streams[index]
            readElsewhere(index, at: place)
            streams[place].goOn(as: next)
        }
    }
}

extension MediaStream {
    /// Packets of the same sort by the same party.
    func mayBelong(with other: MediaStream) -> Bool {
        guard direction == other.direction, kind == other.kind || (isAudioOfRTP && other.isAudioOfRTP) else {
            return false
        }
        // Where nothing tells the parties, what goes back is the other party's.
        return direction != nil || from.address != other.to.address || to.address != other.from.address
    }

    var isAudioOfRTP: Bool { kind == .rtp || kind == .srtp }
}

extension Call {
    /// With what the reading of its line told of its streams: who sends those that no signalling names, and which are other
    /// hops of the same media.
    func told(by fax: FaxSession) -> Call {
        // One channel that holds both parties is nobody's.
        guard !isMixedRecording, !fax.parties.isEmpty || !fax.otherHops.isEmpty else { return self }
        var call = self
        for index in call.streams.indices {
            if call.streams[index].direction == nil { call.streams[index].direction = fax.parties[index] }
            if fax.otherHops.contains(index) { call.streams[index].noteOtherHop() }
        }
        return call
    }
}

extension MediaStream {
    /// The same media as another stream on another hop; the fax was read from the other one.
    public var isOtherHop: Bool { quirks.contains { $0.name == Self.otherHop } }

    private static let otherHop = "same-media-other-hop"

    fileprivate mutating func noteOtherHop() {
        guard !isOtherHop else { return }
        quirks.append(StreamQuirk(name: Self.otherHop, count: packets, frame: firstFrame))
    }
}
