import FaxCore
import PcapDecode

/// A stream that goes on as another one: the port changed (by a new offer, or in a NAT), or the sender took another SSRC,
/// and what is on the line goes on.
enum ContinuedMedia {
    /// Around the change packets may overtake each other.
    static let overlap = Duration.milliseconds(500)
    /// What begins this soon goes on, whatever its numbers are.
    static let atOnce = Duration.milliseconds(200)
    /// Packets that may be lost at the change.
    static let lost = 1_000
    /// 20 ms of 8 kHz.
    fileprivate static let usualStep: UInt32 = 160
}

extension MediaStream {
    /// What may belong together does.
    func goesOn(as next: MediaStream) -> Bool {
        guard next.firstTime >= lastTime - ContinuedMedia.overlap,
            from.address == next.from.address || to.address == next.to.address
        else { return false }
        let isAtOnce = next.firstTime - lastTime <= ContinuedMedia.atOnce
        if let log = t38, let further = next.t38 { return isAtOnce || log.isNumbered(before: further) }
        guard let log = audio, let further = next.audio, !log.packets.isEmpty, log.mayGoOn(as: further) else {
            return false
        }
        return ssrc == next.ssrc ? isAtOnce || log.isNumbered(before: further) : isAtOnce
    }

    mutating func goOn(as next: MediaStream) {
        if let further = next.t38 { t38?.append(further) }
        if let further = next.audio { audio?.append(further) }
        lastTime = max(lastTime, next.lastTime)
        lastFrame = max(lastFrame, next.lastFrame)
        quirks += next.quirks.filter { quirk in !quirks.contains { $0.name == quirk.name } }
    }
}

extension T38Log {
    /// The first number that the other log brought itself, less the last one here.
    private func distance(to next: T38Log) -> Int? {
        let first = next.entries.first { entry in
            switch entry.origin {
            case .primary, .stream: true
            case .secondary, .fec: false
            }
        }
        guard let first, let last = entries.last else { return nil }
        return Int(Int16(truncatingIfNeeded: first.sequence - last.sequence))
    }

    fileprivate func isNumbered(before next: T38Log) -> Bool {
        distance(to: next).map { (1...ContinuedMedia.lost).contains($0) } ?? false
    }

    /// Adds what the other log has more, under numbers that go on: its own, else those next in turn.
    fileprivate mutating func append(_ next: T38Log) {
        guard let last = entries.last, let first = next.entries.first else { return }
        let isNumbered = isNumbered(before: next)
        let step = last.sequence - first.sequence
        let shift = isNumbered ? (step + 0x8000) & ~0xFFFF : step + 1
        let bytes = next.octets.span.bytes
        for entry in next.entries where entry.sequence + shift > last.sequence {
            append(
                sequence: entry.sequence + shift, frame: entry.frame, time: entry.time, origin: entry.origin,
                span: bytes.extracting(entry.offset..<entry.offset + entry.length))
        }
        if next.entries.count > entries.count { version = next.version }
    }
}

extension AudioLog {
    /// Payload types mean the same in both, as far as both know them.
    fileprivate func mayGoOn(as next: AudioLog) -> Bool {
        !next.packets.isEmpty && next.formats.allSatisfy { type, format in formats[type].map { $0 == format } ?? true }
    }

    fileprivate func isNumbered(before next: AudioLog) -> Bool {
        guard let last = packets.last, let first = next.packets.first else { return false }
        let numbers = Int(Int16(bitPattern: first.sequence &- last.sequence))
        let samples = Int32(bitPattern: first.timestamp &- last.timestamp)
        return (1...ContinuedMedia.lost).contains(numbers) && samples >= 0
    }

    /// Adds the other log's packets, under numbers and timestamps that go on: their own, else by the time that passed.
    fileprivate mutating func append(_ next: AudioLog) {
        guard let last = packets.last, let first = next.packets.first else { return }
        var (number, timestamp) = (first.sequence, first.timestamp)
        if !isNumbered(before: next) {
            let step = stepAtEnd
            let length = AudioTimeline.duration(Int(step)).inSeconds
            let steps = max(1, min(1_000, ((first.time - last.time).inSeconds / length).rounded()))
            number = last.sequence &+ UInt16(steps)
            timestamp = last.timestamp &+ step &* UInt32(steps)
        }
        formats.merge(next.formats) { own, _ in own }
        let bytes = next.octets.span.bytes
        for (index, packet) in next.packets.enumerated() {
            var packet = packet
            packet.sequence = packet.sequence &- first.sequence &+ number
            packet.timestamp = packet.timestamp &- first.timestamp &+ timestamp
            append(packet, payload: bytes.extracting(packet.offset..<packet.offset + packet.length))
            for copy in next.redundant(of: index).map({ next.redundant[$0] }) {
                appendRedundant(
                    distance: copy.distance, timestampOffset: copy.timestampOffset, payloadType: copy.payloadType,
                    payload: bytes.extracting(copy.offset..<copy.offset + copy.length))
            }
        }
    }

    /// Ticks from the last packet but one to the last.
    private var stepAtEnd: UInt32 {
        guard let last = packets.last, let before = packets.dropLast().last, last.sequence == before.sequence &+ 1
        else { return ContinuedMedia.usualStep }
        let step = last.timestamp &- before.timestamp
        return (1...4_800).contains(step) ? step : ContinuedMedia.usualStep
    }
}
