import FaxCore
import FaxWire

/// Reads the records of a classic pcap file.
struct PcapRecords {
    let header: PcapHeader
    private let headerLength: Int
    private let nanosecondsPerUnit: Int64
    private let unitsPerSecond: UInt32
    private var lastSeconds: UInt32?
    private var isAtEnd = false

    init(_ header: PcapHeader) {
        self.header = header
        headerLength = header.recordHeaderLength
        nanosecondsPerUnit = header.resolution == .nanoseconds ? 1 : 1000
        unitsPerSecond = header.resolution == .nanoseconds ? 1_000_000_000 : 1_000_000
    }

    @inline(__always)
    mutating func next(_ window: inout FrameWindow) -> FrameHeader? {
        window.moveOn()
        while true {
            guard window.source.fill(headerLength) else { return end(&window) }
            let record = PcapRecordHeader(
                RawSpan(_unsafeStart: window.source.pointer, byteCount: 16), at: 0, order: header.order)
            let length = Int(record.capturedLength)
            guard length <= CaptureReader.Limit.frameOctets else {
                if findRecord(&window, claimed: length) { continue }
                return nil
            }
            guard window.source.fill(headerLength &+ length) else { return end(&window) }
            if record.fraction >= unitsPerSecond {
                window.warn("the fraction of the time stamp, \(record.fraction), is more than a second")
            }
            lastSeconds = record.seconds
            let nanoseconds =
                Int64(record.seconds) &* 1_000_000_000 &+ Int64(record.fraction) &* nanosecondsPerUnit
            return FrameHeader(
                ref: window.take(offset: headerLength, length: length, recordLength: headerLength &+ length),
                time: Instant(nanoseconds: nanoseconds), linkType: header.linkType, interface: 0,
                capturedLength: length, originalLength: max(length, Int(record.originalLength)))
        }
    }

    private mutating func end(_ window: inout FrameWindow) -> FrameHeader? {
        let left = window.source.available
        if left > 0, !isAtEnd { window.warn("the file is cut off inside a record: \(left) octets are left of it") }
        isAtEnd = true
        return nil
    }

    /// Looks for the next place where records follow each other again, after one that cannot be.
    private mutating func findRecord(_ window: inout FrameWindow, claimed: Int) -> Bool {
        if isAtEnd { return false }
        var passed = 0
        while passed < CaptureReader.Limit.searchOctets, window.source.fill(headerLength + 1) {
            window.pass(1)
            passed += 1
            if isChain(&window) {
                window.warn("the record before claims \(claimed) octets; reading goes on \(passed) octets later")
                return true
            }
        }
        window.warn("a record \(passed) octets before claims \(claimed) octets, and no record is found behind it")
        isAtEnd = true
        return false
    }

    /// Whether three records (or fewer up to the end of the file) follow each other from here.
    private func isChain(_ window: inout FrameWindow) -> Bool {
        var offset = 0
        for index in 0..<3 {
            guard window.source.fill(offset + headerLength) else {
                return index > 0 && window.source.available == offset
            }
            let record = PcapRecordHeader(
                RawSpan(_unsafeStart: window.source.pointer, byteCount: offset + 16), at: offset, order: header.order)
            guard isPlausible(record) else { return false }
            offset += headerLength + Int(record.capturedLength)
        }
        return true
    }

    private func isPlausible(_ record: PcapRecordHeader) -> Bool {
        guard record.capturedLength > 0, record.capturedLength <= CaptureReader.Limit.frameOctets,
            record.originalLength >= record.capturedLength,
            record.originalLength <= CaptureReader.Limit.frameOctets, record.fraction < unitsPerSecond
        else { return false }
        guard let lastSeconds else { return record.seconds > 0 }
        let apart = record.seconds > lastSeconds ? record.seconds - lastSeconds : lastSeconds - record.seconds
        return apart < CaptureReader.Limit.searchSeconds
    }
}
