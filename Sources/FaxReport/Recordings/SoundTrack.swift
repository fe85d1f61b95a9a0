import FaxCore
import PcapDecode
import T30Analyzer

/// What one side sent as sound, on the axis of its call. Samples are not copied: pieces tell where they lie.
struct SoundTrack: Sendable {
    /// A run of samples of one stream; `place` is where its first one lies on the axis.
    struct Piece: Sendable, Hashable {
        var place: Int
        /// An index of `streams`.
        var stream: Int
        var samples: Range<Int>

        var places: Range<Int> { place..<place + samples.count }
    }

    /// Who sent it; `nil`: not known, or both on one line.
    let party: Party?
    /// `caller`, `callee`, else where it came from.
    let name: String
    let streams: [SessionAudio]
    /// In order of place; they do not overlap.
    private(set) var pieces: [Piece] = []

    init(party: Party?, name: String, streams: [SessionAudio], axis: CallAxis) {
        self.party = party
        self.name = name
        self.streams = streams
        // Where two streams of one side are there at once, the longer one is heard.
        let order = streams.indices.sorted {
            (streams[$1].timeline.samples.count, $0) < (streams[$0].timeline.samples.count, $1)
        }
        for stream in order { lay(stream, axis) }
    }

    /// The sides that have sound, the caller's first; those whose sender is not known by where they came from.
    static func tracks(_ analyzed: AnalyzedCall, axis: CallAxis) -> [SoundTrack] {
        var sides: [(party: Party?, name: String, streams: [SessionAudio])] = []
        for audio in analyzed.fax.audio where !audio.timeline.samples.isEmpty {
            let streams = analyzed.call.streams
            let stream = streams.indices.contains(audio.stream) ? streams[audio.stream] : nil
            let origin = stream.flatMap { $0.kind == .recording ? nil : "\($0.from)" } ?? "line"
            let name = audio.party?.rawValue ?? origin
            if let side = sides.firstIndex(where: { $0.name == name }) {
                sides[side].streams.append(audio)
            } else if sides.count < trackLimit {
                sides.append((audio.party, name, [audio]))
            }
        }
        let rank = { (party: Party?) in party == .caller ? 0 : party == .callee ? 1 : 2 }
        let order = sides.indices.sorted { (rank(sides[$0].party), $0) < (rank(sides[$1].party), $1) }
        return order.map {
            SoundTrack(party: sides[$0].party, name: sides[$0].name, streams: sides[$0].streams, axis: axis)
        }
    }

    /// Sides of one call.
    static let trackLimit = 8

    // MARK: - Laying

    private mutating func lay(_ stream: Int, _ axis: CallAxis) {
        var found: [Piece] = []
        for segment in streams[stream].timeline.segments where !segment.samples.isEmpty {
            Self.run(segment.samples, stream, streams[stream].timeline, axis, &found)
        }
        for piece in found { add(piece, end: axis.sampleCount) }
    }

    /// Parts a range where time goes on without samples (fill `close`, a hole too long): time runs evenly between.
    private static func run(
        _ samples: Range<Int>, _ stream: Int, _ timeline: AudioTimeline, _ axis: CallAxis, _ found: inout [Piece]
    ) {
        guard let first = timeline.time(ofSample: samples.lowerBound),
            let last = timeline.time(ofSample: samples.upperBound - 1)
        else { return }
        if samples.count == 1 || last - first == .microseconds(125 * (samples.count - 1)) {
            found.append(Piece(place: axis.sample(first), stream: stream, samples: samples))
        } else {
            let middle = samples.lowerBound + samples.count / 2
            run(samples.lowerBound..<middle, stream, timeline, axis, &found)
            run(middle..<samples.upperBound, stream, timeline, axis, &found)
        }
    }

    /// Adds what of a piece lies on the axis where nothing lies yet.
    private mutating func add(_ piece: Piece, end: Int) {
        var free = piece.places.clamped(to: 0..<end)
        var index = self.index(from: free.lowerBound)
        while !free.isEmpty {
            let taken = index < pieces.count ? pieces[index].places : end..<end
            let here = free.lowerBound..<min(free.upperBound, max(free.lowerBound, taken.lowerBound))
            if !here.isEmpty {
                let first = piece.samples.lowerBound + here.lowerBound - piece.place
                pieces.insert(
                    Piece(place: here.lowerBound, stream: piece.stream, samples: first..<first + here.count), at: index)
                index += 1
            }
            if index >= pieces.count { return }
            free = min(free.upperBound, max(free.lowerBound, taken.upperBound))..<free.upperBound
            index += 1
        }
    }

    /// The first piece that ends after a place.
    private func index(from place: Int) -> Int {
        var (low, high) = (0, pieces.count)
        while low < high {
            let middle = (low + high) / 2
            if pieces[middle].places.upperBound > place { high = middle } else { low = middle + 1 }
        }
        return low
    }

    // MARK: - Reading

    /// Fills `buffer` with the samples from a place on, zeros where there are none.
    func read(from place: Int, into buffer: inout [Int16]) {
        let wanted = place..<place + buffer.count
        for index in buffer.indices { buffer[index] = 0 }
        for piece in pieces[index(from: place)...] {
            let here = piece.places.clamped(to: wanted)
            if here.isEmpty { return }
            let first = piece.samples.lowerBound + here.lowerBound - piece.place
            let samples = streams[piece.stream].timeline.samples
            for offset in 0..<here.count { buffer[here.lowerBound - place + offset] = samples[first + offset] }
        }
    }

    /// Some sample lies in a range of places.
    func hasSound(in places: Range<Int>) -> Bool {
        let index = index(from: places.lowerBound)
        return index < pieces.count && pieces[index].places.overlaps(places)
    }
}
