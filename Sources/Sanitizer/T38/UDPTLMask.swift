import FaxCore
import FaxProtocol
import FaxWire
import PcapDecode

/// Replaces the content of one direction of UDPTL: the primaries as the receiver put them in order, and from these every
/// secondary and every parity.
struct UDPTLMask {
    private var receiver = UDPTLReceiver()
    private var log = T38Log()
    /// Extended sequence number of each datagram; `nil`: it stands for itself.
    private var sequences: [Int?] = []
    private var entries: [Int: Int] = [:]
    private var masked: [UInt8] = []
    /// Packets that are not in the log, by what they were.
    private var strays: [[UInt8]: [UInt8]] = [:]
    private let names: Pseudonyms
    private let stream: Int
    private var form = IFPForm.v1998
    private var firstOnWire: UInt16?
    private(set) var pages = 0
    private(set) var identFrames = 0

    init(_ names: Pseudonyms, stream: Int, negotiatedVersion: Int?) {
        self.names = names
        self.stream = stream
        log.negotiatedVersion = negotiatedVersion
    }

    /// The next datagram as it was captured.
    mutating func take(_ octets: [UInt8], time: Instant, frame: FrameRef) {
        // Taken out while it grows, so that it is not copied.
        var growing = T38Log()
        swap(&growing, &log)
        let outcome = receiver.handle(octets.span.bytes, time: time, frame: frame) { Self.keep($0, $1, &growing) }
        swap(&growing, &log)
        guard octets.count >= 2 else { return sequences.append(nil) }
        let onWire = UInt16(octets[0]) << 8 | UInt16(octets[1])
        firstOnWire = firstOnWire ?? onWire
        let isWaiting = outcome == .waitsForConfirmation
        let behind = Int(Int16(bitPattern: receiver.tracker.highestOnWire &- onWire))
        let sequence = receiver.tracker.highest - behind
        // A jump that this one confirms: the one before it came first.
        if !isWaiting, let last = sequences.indices.last, sequences[last] == nil, receiver.tracker.highest == sequence {
            sequences[last] = sequence - 1
        }
        sequences.append(isWaiting ? nil : sequence)
    }

    private static func keep(_ delivery: UDPTLReceiver.Delivery, _ octets: RawSpan, _ log: inout T38Log) {
        let origin: T38Log.Origin =
            switch delivery.origin {
            case .primary: .primary
            case .secondary(let distance): .secondary(distance)
            case .fec: .fec
            }
        log.append(
            sequence: delivery.sequence, frame: delivery.frame, time: delivery.time, origin: origin, span: octets)
    }

    /// All datagrams came: finds what they say, and in the second round what stands for it.
    mutating func prepare() {
        var log = log
        receiver.finish { Self.keep($0, $1, &log) }
        form = log.decideForm()
        self.log = log
        var reader = LineOctetReader()
        var mask = LineMask(log.octets, names, stream: stream)
        var next: Int?
        for (index, entry) in log.entries.enumerated() {
            entries[entry.sequence] = index
            if let next, entry.sequence > next { reader.gap() }
            next = entry.sequence + 1
            reader.packet(log.octets.span.bytes, at: entry.offset..<entry.offset + entry.length, form: form)
        }
        reader.finish()
        for line in reader.found { mask.take(line) }
        mask.finish(zeroing: reader.unread)
        masked = mask.octets
        pages = mask.pages
        identFrames = mask.identFrames
    }

    // MARK: Writing

    /// What stands for datagram number `index`, which was `octets`.
    mutating func replacement(of octets: [UInt8], number index: Int) -> [UInt8] {
        let layout = UDPTLLayout(octets.span.bytes)
        guard octets.count >= 2 else { return octets.map { _ in 0 } }
        var result = octets
        let sequence = sequences[index]
        let primary = layout.primary.isEmpty ? layout.cutPrimary : layout.primary
        put(packet(Array(octets[primary]), sequence), at: primary, &result)
        var places: [Range<Int>] = []
        var offset = 0
        while let entry = layout.nextEntry(octets.span.bytes, after: &offset) { places.append(entry) }
        switch layout.recovery {
        case .redundancy, nil:
            for (distance, place) in places.enumerated() {
                let old = Array(octets[place])
                put(packet(old, sequence.map { $0 - distance - 1 }), at: place, &result)
            }
        case .fec(let span):
            for (number, place) in places.enumerated() {
                let covered = sequence.map { own in
                    (0..<max(0, min(span, 1000))).map {
                        own + number - span * layout.announcedEntries + $0 * layout.announcedEntries
                    }
                }
                put(parity(Array(octets[place]), covered ?? []), at: place, &result)
            }
        }
        let end = max(layout.end, primary.upperBound)
        for index in min(end, result.count)..<result.count { result[index] = 0 }
        return result
    }

    private func put(_ new: [UInt8], at place: Range<Int>, _ octets: inout [UInt8]) {
        precondition(new.count == place.count)
        octets.replaceSubrange(place, with: new)
    }

    private func content(_ sequence: Int) -> (old: ArraySlice<UInt8>, new: ArraySlice<UInt8>)? {
        guard let index = entries[sequence] else { return nil }
        let entry = log.entries[index]
        let range = entry.offset..<entry.offset + entry.length
        return (log.octets[range], masked[range])
    }

    private mutating func packet(_ old: [UInt8], _ sequence: Int?) -> [UInt8] {
        if let sequence, let known = content(sequence), known.old.starts(with: old) {
            return Array(known.new.prefix(old.count))
        }
        if let known = strays[old] { return known }
        let new = stray(old)
        strays[old] = new
        return new
    }

    /// A packet that is in no stream: noise in its fields, and nothing that cannot be read.
    private func stray(_ old: [UInt8]) -> [UInt8] {
        var reader = LineOctetReader()
        reader.packet(old.span.bytes, at: 0..<old.count, form: form)
        reader.finish()
        var new = old
        var random = names.random("stray", Int(truncatingIfNeeded: names.hash(old)))
        for index in reader.found.flatMap(\.ranges).joined() where old[index] != 0 {
            new[index] = UInt8.random(in: 1...255, using: &random)
        }
        for index in reader.unread.joined() { new[index] = 0 }
        return new
    }

    /// Parity is the exclusive or of packets: it changes by what they change. Where one of them is not known, it would
    /// tell what that was.
    private func parity(_ old: [UInt8], _ covered: [Int]) -> [UInt8] {
        var new = old
        var isKnown = !covered.isEmpty
        for sequence in covered {
            guard let (before, after) = content(sequence) else {
                let isBeforeStart = firstOnWire == 0 && sequence < receiver.tracker.first
                isKnown = isKnown && isBeforeStart
                continue
            }
            for (index, (a, b)) in zip(before, after).enumerated() where index < new.count { new[index] ^= a ^ b }
        }
        guard !isKnown else { return new }
        var random = names.random("parity", Int(truncatingIfNeeded: names.hash(old)))
        return old.map { _ in UInt8.random(in: 0...255, using: &random) }
    }
}
