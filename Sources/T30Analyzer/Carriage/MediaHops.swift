import FaxCore
import PcapDecode

/// Media that the capture holds on both sides of a relay (a proxy with its media relay, a NAT): the same packets twice,
/// between other endpoints. A relay keeps what it passes on: numbers and timestamps of RTP, numbers and octets of UDPTL.
///
/// What the receiver got is what counts, so that hop is read where the packets came last. Where two captures are merged
/// whose clocks differ, this is the same one for both directions, and answers stay behind their commands.
struct MediaHops {
    /// Streams that are not read, each with the one that is read in its place.
    private(set) var readInstead: [Int: Int] = [:]
    private let streams: [MediaStream]
    /// Of streams that others were held against: packets of audio by number and timestamp.
    private var packets: [Int: [UInt64: Int]] = [:]

    private enum Limit {
        /// Packets of two streams that are held against each other, at most and at least.
        static let samples = 64
        static let least = 3
        /// A hop that lacks so much of the beginning or of the end was not captured whole.
        static let edge = Duration.seconds(1)
    }

    /// Packets that stand in both of two streams.
    private struct Likeness {
        var looked = 0
        var common = 0
        var same = 0
        var later = 0

        /// Most numbers of the second are those of the first, with the same content.
        var isSame: Bool { same >= Limit.least && same * 10 >= common * 9 && common * 2 >= looked }
        var isSecondLater: Bool { later * 2 > common }
    }

    init(_ streams: [MediaStream]) {
        self.streams = streams
        // The longest first: on another hop it may be in parts, where a port changed.
        let inOrder = streams.indices.sorted { (streams[$0].length, $1) > (streams[$1].length, $0) }
        var read: [Int] = []
        for index in inOrder { take(index, &read) }
    }

    private mutating func take(_ index: Int, _ read: inout [Int]) {
        for place in read.indices {
            let known = read[place]
            guard streams[known].overlaps(streams[index]), streams[known].mayBelong(with: streams[index]),
                let isLater = isSame(known, index)
            else { continue }
            guard isLater, isAsWhole(index, as: known) else {
                readInstead[index] = known
                return
            }
            readInstead = readInstead.mapValues { $0 == known ? index : $0 }
            readInstead[known] = index
            read[place] = index
            return
        }
        read.append(index)
    }

    private func isAsWhole(_ second: Int, as first: Int) -> Bool {
        let (first, second) = (streams[first], streams[second])
        return (second.hasContent || !first.hasContent) && second.firstTime - first.firstTime <= Limit.edge
            && first.lastTime - second.lastTime <= Limit.edge
    }

    /// `nil`: they are not the same; else whether the second one came later.
    private mutating func isSame(_ first: Int, _ second: Int) -> Bool? {
        if let log = streams[first].t38, let other = streams[second].t38 {
            let likeness = Self.likeness(log, other)
            return likeness.isSame ? likeness.isSecondLater : nil
        }
        guard streams[first].isAudioOfRTP, let source = streams[first].ssrc, let other = streams[second].ssrc else {
            return nil
        }
        guard streams[first].hasContent, streams[second].hasContent else {
            let isLater =
                (streams[second].firstTime, streams[second].firstFrame)
                > (streams[first].firstTime, streams[first].firstFrame)
            return source == other ? isLater : nil
        }
        let likeness = audioLikeness(first, second, isOneSource: source == other)
        return likeness.isSame ? likeness.isSecondLater : nil
    }

    private static func places(_ range: Range<Int>) -> StrideTo<Int> {
        stride(from: range.lowerBound, to: range.upperBound, by: max(1, range.count / Limit.samples))
    }

    // MARK: - T.38

    private static func likeness(_ first: T38Log, _ second: T38Log) -> Likeness {
        var likeness = Likeness()
        guard let begin = first.entries.first?.sequence, let end = first.entries.last?.sequence else { return likeness }
        let start = second.entries.firstIndex(from: { $0.sequence >= begin })
        let stop = second.entries.firstIndex(from: { $0.sequence > end })
        for place in places(start..<max(start, stop)) {
            likeness.looked += 1
            let entry = second.entries[place]
            let index = first.entries.firstIndex(from: { $0.sequence >= entry.sequence })
            guard index < first.entries.count, first.entries[index].sequence == entry.sequence else { continue }
            let known = first.entries[index]
            likeness.common += 1
            if (entry.time, entry.frame) > (known.time, known.frame) { likeness.later += 1 }
            if first.octets(of: known) == second.octets(of: entry) { likeness.same += 1 }
        }
        return likeness
    }

    // MARK: - Audio

    /// - Parameter isOneSource: the SSRC is the same, so numbers and timestamps are enough (a relay may code anew).
    private mutating func audioLikeness(_ first: Int, _ second: Int, isOneSource: Bool) -> Likeness {
        var likeness = Likeness()
        guard let log = streams[first].audio, let other = streams[second].audio else { return likeness }
        let known = packets[first] ?? Self.byNumber(log)
        packets[first] = known
        for place in Self.places(other.packets.indices) {
            likeness.looked += 1
            let packet = other.packets[place]
            guard let index = known[packet.key] else { continue }
            let twin = log.packets[index]
            likeness.common += 1
            if (packet.time, packet.frame) > (twin.time, twin.frame) { likeness.later += 1 }
            if isOneSource || log.octets(of: twin) == other.octets(of: packet) { likeness.same += 1 }
        }
        return likeness
    }

    private static func byNumber(_ log: AudioLog) -> [UInt64: Int] {
        var places: [UInt64: Int] = [:]
        places.reserveCapacity(log.packets.count)
        for (index, packet) in log.packets.enumerated() where places[packet.key] == nil { places[packet.key] = index }
        return places
    }
}

extension MediaStream {
    fileprivate var length: Duration { lastTime - firstTime }
    fileprivate var hasContent: Bool { t38 != nil || audio.map { !$0.packets.isEmpty } ?? false }

    fileprivate func overlaps(_ other: MediaStream) -> Bool {
        firstTime <= other.lastTime && other.firstTime <= lastTime
    }
}

extension T38Log {
    func octets(of entry: Entry) -> ArraySlice<UInt8> { octets[entry.offset..<entry.offset + entry.length] }
}

extension AudioLog {
    func octets(of packet: Packet) -> ArraySlice<UInt8> { octets[packet.offset..<packet.offset + packet.length] }
}

extension AudioLog.Packet {
    fileprivate var key: UInt64 { UInt64(sequence) << 32 | UInt64(timestamp) }
}
