import FaxCore
import FaxWire

/// Makes a big capture out of small ones: copies of their calls, shifted in time and address, overlapping, in order of
/// time. The same plan and templates give the same octets. Records come out one at a time, so a capture of any size
/// is made in little memory.
public struct CaptureGrower: Sendable {
    public struct Plan: Sendable {
        /// Calls are begun until their records have so many octets together.
        public var octets: Int
        /// How many copies run at one time, about.
        public var concurrency: Int
        public var seed: UInt64
        /// Time of the first frame.
        public var start: Instant

        public init(
            octets: Int, concurrency: Int = 50, seed: UInt64 = 1, start: Instant = Instant(seconds: 1_700_000_000)
        ) {
            self.octets = octets
            self.concurrency = max(1, concurrency)
            self.seed = seed
            self.start = start
        }
    }

    /// A template being played.
    private struct Copy: Sendable {
        var template: Int
        var start: Instant
        var next: Int
        var serial: Int
        var addresses: [IPAddress]
    }

    public private(set) var copies = 0
    public private(set) var frames = 0

    private let templates: [CallTemplate]
    private var playing: [Copy] = []
    private var random: SeededRandom
    private var octetsLeft: Int
    private var nextStart: Instant
    private let spacing: Duration
    private var used: [AddressShape: Int] = [:]

    /// - Parameter templates: at least one; each is as likely as the others.
    public init(templates: [CallTemplate], plan: Plan) {
        precondition(!templates.isEmpty)
        self.templates = templates
        random = SeededRandom(seed: plan.seed)
        octetsLeft = plan.octets
        nextStart = plan.start
        let mean = templates.reduce(Int64(0)) { $0 + $1.duration.wholeNanoseconds } / Int64(templates.count)
        spacing = .nanoseconds(max(1, mean / Int64(plan.concurrency)))
    }

    /// The header of the file.
    public static var header: [UInt8] { PcapWriter(PcapHeader(linkType: .ethernet)).bytes }

    /// Appends the next record (header and frame) to `output`; `false` at the end.
    public mutating func appendRecord(to output: inout [UInt8]) -> Bool {
        while octetsLeft > 0, playing.isEmpty || nextStart <= time(playing[0]) { begin() }
        guard let copy = playing.first else { return false }
        let template = templates[copy.template]
        write(template.frames[copy.next], of: template, copy, to: &output)
        frames += 1
        playing[0].next += 1
        if playing[0].next == template.frames.count {
            playing.swapAt(0, playing.count - 1)
            playing.removeLast()
        }
        sink()
        return true
    }
}

// MARK: - Which copy is next: a heap by time

extension CaptureGrower {
    private func time(_ copy: Copy) -> Instant { copy.start + templates[copy.template].frames[copy.next].after }

    /// Of equal times the older copy is first, so that the order never depends on the heap's shape.
    private func precedes(_ left: Copy, _ right: Copy) -> Bool {
        (time(left), left.serial) < (time(right), right.serial)
    }

    private mutating func begin() {
        let template = Int.random(in: 0..<templates.count, using: &random)
        var addresses: [IPAddress] = []
        for address in templates[template].addresses {
            let shape = AddressShape(address)
            let index = used[shape, default: 0]
            used[shape] = index + 1
            addresses.append(shape.address(index))
        }
        playing.append(Copy(template: template, start: nextStart, next: 0, serial: copies, addresses: addresses))
        rise()
        copies += 1
        octetsLeft -= templates[template].recordOctets
        nextStart = nextStart + spacing * (0.5 + random.unit())
    }

    private mutating func rise() {
        var child = playing.count - 1
        while child > 0, precedes(playing[child], playing[(child - 1) / 2]) {
            playing.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    private mutating func sink() {
        var parent = 0
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2] where child < playing.count {
                if precedes(playing[child], playing[least]) { least = child }
            }
            if least == parent { return }
            playing.swapAt(least, parent)
            parent = least
        }
    }
}

// MARK: - Writing one frame of one copy

extension CaptureGrower {
    private func write(
        _ frame: CallTemplate.Frame, of template: CallTemplate, _ copy: Copy, to output: inout [UInt8]
    ) {
        let when = time(copy)
        var header = ByteWriter()
        PcapRecordHeader(
            seconds: UInt32(truncatingIfNeeded: when.nanoseconds / 1_000_000_000),
            fraction: UInt32(truncatingIfNeeded: when.nanoseconds % 1_000_000_000 / 1000),
            capturedLength: UInt32(frame.range.count), originalLength: UInt32(frame.range.count)
        ).write(to: &header, order: .little)
        output.append(contentsOf: header.bytes)
        let base = output.count
        output.append(contentsOf: template.octets[frame.range])
        put(copy.addresses[frame.source], at: base + frame.ip + 12, in: &output)
        put(copy.addresses[frame.destination], at: base + frame.ip + 16, in: &output)
        for patch in frame.patches { apply(patch, copy, base: base, to: &output) }
        mend(frame, base: base, in: &output)
    }

    private func put(_ address: IPAddress, at offset: Int, in output: inout [UInt8]) {
        for (index, octet) in AddressShape.octets(address).enumerated() { output[offset + index] = octet }
    }

    private func apply(_ patch: CallTemplate.Patch, _ copy: Copy, base: Int, to output: inout [UInt8]) {
        let offset = base + patch.offset
        switch patch.what {
        case .address(let index):
            for (place, octet) in copy.addresses[index].description.utf8.enumerated() { output[offset + place] = octet }
        case .number(let length):
            Self.advance(&output, offset..<offset + length, by: copy.serial, base: 10)
        case .token(let length):
            Self.advance(&output, offset..<offset + length, by: copy.serial, base: 36)
        }
    }

    /// Adds `amount` to the digits (base 10 or 36; other characters count as 0) from the right, without carry out of
    /// the range: different originals stay different, and so do copies.
    private static func advance(_ octets: inout [UInt8], _ range: Range<Int>, by amount: Int, base: Int) {
        var rest = amount
        for index in range.reversed() {
            let sum = digit(octets[index], base: base) + rest % base
            rest = rest / base + sum / base
            let value = sum % base
            octets[index] = UInt8(value < 10 ? 48 + value : 87 + value)
        }
    }

    private static func digit(_ octet: UInt8, base: Int) -> Int {
        switch octet {
        case 48...57: Int(octet) - 48
        case 97...122 where base == 36: Int(octet) - 87
        case 65...90 where base == 36: Int(octet) - 55
        default: 0
        }
    }

    /// IPv4 header checksum, and that of UDP (0 = none stays, RFC 768) or TCP over the pseudo header.
    private func mend(_ frame: CallTemplate.Frame, base: Int, in output: inout [UInt8]) {
        func patch(_ value: UInt16, _ offset: Int) {
            output[offset] = UInt8(value >> 8)
            output[offset + 1] = UInt8(truncatingIfNeeded: value)
        }
        let ip = base + frame.ip
        let transport = base + frame.transport
        let end = base + frame.end
        patch(0, ip + 10)
        var header = InternetChecksum()
        header.add(output, ip..<transport)
        patch(header.value, ip + 10)

        let field = transport + (frame.isTCP ? 16 : 6)
        if !frame.isTCP, output[field] == 0, output[field + 1] == 0 { return }
        patch(0, field)
        var sum = InternetChecksum()
        sum.add(output, ip + 12..<ip + 20)
        sum.add(frame.isTCP ? 6 : 17)
        sum.add(end - transport)
        sum.add(output, transport..<end)
        patch(sum.value == 0 && !frame.isTCP ? 0xFFFF : sum.value, field)
    }
}
