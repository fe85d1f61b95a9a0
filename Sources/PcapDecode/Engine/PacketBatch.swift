import FaxCore
import FaxWire

/// What the network layer found in a stretch of frames, with its octets, so that one thread can read while another
/// follows calls. Filled by ``BatchFiller``, taken by ``CaptureDecoder/feed(_:)-(PacketBatch)``: the same calls come out
/// as from frames fed one by one.
public struct PacketBatch: ~Copyable, Sendable {
    /// Octets and items after which a batch is full. So few that a batch is still in the cache when the other thread takes it.
    public enum Limit {
        public static let octets = 1 << 16
        public static let items = 4_096
    }

    /// One frame or packet. Held small, in one line of a cache: what one thread writes the other has to fetch.
    struct Item: Sendable {
        enum Kind: UInt8, Sendable {
            /// A frame from which nothing came.
            case frame
            /// A whole UDP datagram over IPv4 in one packet of its own: all of it stands here.
            case plain
            /// Any other; the rest stands in the lists of the batch.
            case udp, tcp, icmp, warning
        }

        var frame = FrameRef(number: 0)
        var time: Instant
        /// Of the flow of a UDP datagram.
        var flowHash: UInt64 = 0
        /// Of a UDP datagram (``CopyDetector``).
        var signature: UInt64 = 0
        var source: UInt32 = 0
        var destination: UInt32 = 0
        var sourcePort: UInt16 = 0
        var destinationPort: UInt16 = 0
        var linkTag: UInt32 = 0
        /// Place of the payload in `block` or `octets`.
        var place: UInt32 = 0
        var length: UInt32 = 0
        var ipID: UInt16 = 0
        var checksum: UInt16 = 0
        var ttl: UInt8 = 0
        var kind: Kind
        var marks: Marks = []

        struct Marks: OptionSet, Sendable {
            let rawValue: UInt8
            /// The first of its frame: time goes on to `time` before it.
            static let beginsFrame = Marks(rawValue: 1)
            static let isInBlock = Marks(rawValue: 2)
            /// A UDP datagram that looks like SIP, and stands read in `messages`.
            static let isReadAhead = Marks(rawValue: 4)
        }

        init(_ kind: Kind, time: Instant) {
            self.kind = kind
            self.time = time
        }

        /// Of `plain`.
        @inline(__always)
        var flowKey: PlainFlowKey {
            PlainFlowKey(
                addresses: UInt64(source) << 32 | UInt64(destination),
                ports: UInt32(sourcePort) << 16 | UInt32(destinationPort))
        }

        /// Of `plain`.
        @inline(__always)
        var mark: CopyDetector.Mark { CopyDetector.Mark(signature: signature, linkTag: linkTag, hops: ttl) }

        /// Of `plain`.
        var info: PacketInfo {
            PacketInfo(
                frame: frame, time: time, source: Endpoint(IPAddress(v4: source), sourcePort),
                destination: Endpoint(IPAddress(v4: destination), destinationPort), ipID: UInt32(ipID), ttl: ttl,
                checksum: checksum, linkTag: linkTag, payloadLength: Int(length))
        }
    }

    private(set) var items = BatchItems()
    /// Where the frames stand, and the payloads of most items with them; `nil`: nowhere for long.
    fileprivate(set) var block: OctetBlock?
    /// The other payloads.
    private(set) var octets: [UInt8] = []
    /// One for each `udp`, `tcp`, `icmp` among `items`, in order; then what only some have.
    private(set) var infos: [PacketInfo] = []
    private(set) var segments: [TCPSegmentInfo] = []
    private(set) var notices: [ICMPNotice] = []
    /// Of those that look like SIP, in order.
    private(set) var messages: [ReadMessage.Datagram] = []
    private(set) var failures: [(failure: DecodeFailure, frame: FrameRef)] = []
    /// Time of a frame from which nothing has come yet.
    private var begun: Instant?

    /// SIP messages are read where the batch is filled, with their session descriptions, and these put in words or not
    /// (``CaptureDecoder/Options/describesSteps``). `nil`: whoever follows calls reads them, and no description twice.
    let readsAhead: Bool?
    /// Of all batches that one reader fills: it goes from one to the next.
    private(set) var knownMedia = KnownMedia()

    init(readsAhead: Bool?) {
        self.readsAhead = readsAhead
    }

    /// Filled for a thread that is not the one that reads.
    var isFromElsewhere: Bool { readsAhead != nil }

    public var isEmpty: Bool { items.isEmpty && begun == nil }
    public private(set) var isFull = false

    /// Empties the batch and keeps its memory for the next stretch.
    public mutating func clear() {
        items.removeAll()
        isFull = false
        block = nil
        octets.removeAll(keepingCapacity: true)
        infos.removeAll(keepingCapacity: true)
        segments.removeAll(keepingCapacity: true)
        notices.removeAll(keepingCapacity: true)
        messages.removeAll(keepingCapacity: true)
        failures.removeAll(keepingCapacity: true)
        begun = nil
    }

    /// Goes on, empty, where the batch that was filled last stops.
    fileprivate mutating func goOn(from full: inout PacketBatch) {
        clear()
        block = full.block
        swap(&knownMedia, &full.knownMedia)
    }

    /// Lets go of the block, so that it can be filled again; nothing can be fed from the batch any more.
    mutating func release() { block = nil }

    // MARK: Filling

    /// A frame begins.
    @inline(__always)
    mutating func begin(_ time: Instant) {
        endFrame()
        begun = time
    }

    /// Notes the frame that began last when nothing came from it.
    mutating func endFrame() {
        guard let time = begun else { return }
        var item = Item(.frame, time: time)
        item.marks = .beginsFrame
        add(item)
        begun = nil
    }

    @inline(__always)
    private mutating func append(_ item: Item) {
        var item = item
        if begun == item.time {
            item.marks.insert(.beginsFrame)
            begun = nil
        } else if begun != nil {
            // Left over from an earlier frame.
            endFrame()
        }
        add(item)
        // The thread that follows calls has read the items last.
        Near.bringToWrite(items.place(after: Self.itemsAhead))
    }

    private static let itemsAhead = 8

    @inline(__always)
    private mutating func add(_ item: Item) {
        items.append(item)
        if items.count >= Limit.items { isFull = true }
    }

    private mutating func append(_ kind: Item.Kind, _ info: PacketInfo, _ payload: RawSpan) {
        var item = Item(kind, time: info.time)
        if kind == .udp {
            item.flowHash = FlowKey(source: info.source, destination: info.destination).slotHash
            readAhead(info, payload, &item)
        }
        place(payload, &item)
        append(item)
        infos.append(info)
    }

    /// What does not need to know the flow is worked out here.
    @inline(__always)
    private mutating func readAhead(_ info: PacketInfo, _ payload: RawSpan, _ item: inout Item) {
        let isSIP = SIPMessage.looksLikeSIP(payload)
        item.signature = CopyDetector.signature(info, payload, isSIP: isSIP)
        guard isSIP, let readsAhead else { return }
        item.marks.insert(.isReadAhead)
        let message = ReadMessage.datagram(payload) { message in
            ReadMessage(message, describesSteps: readsAhead, &knownMedia)
        }
        messages.append(message)
    }

    @inline(__always)
    private mutating func place(_ payload: RawSpan, _ item: inout Item) {
        item.length = UInt32(truncatingIfNeeded: payload.byteCount)
        if let place = block?.place(of: payload) {
            item.marks.insert(.isInBlock)
            item.place = UInt32(truncatingIfNeeded: place)
            return
        }
        item.place = UInt32(truncatingIfNeeded: octets.count)
        payload.withUnsafeBytes { octets.append(contentsOf: $0) }
        if octets.count >= Limit.octets { isFull = true }
    }
}

extension PacketBatch: PacketSink {
    @inline(__always)
    public mutating func udp(_ info: PacketInfo, payload: RawSpan) {
        guard info.isPlain, info.payloadLengthOnWire == payload.byteCount else { return append(.udp, info, payload) }
        var item = Item(.plain, time: info.time)
        item.frame = info.frame
        item.flowHash = FlowKey(source: info.source, destination: info.destination).slotHash
        item.source = info.source.address.v4
        item.destination = info.destination.address.v4
        item.sourcePort = info.source.port
        item.destinationPort = info.destination.port
        item.linkTag = info.linkTag
        item.ipID = UInt16(truncatingIfNeeded: info.ipID)
        item.checksum = info.checksum
        item.ttl = info.ttl
        readAhead(info, payload, &item)
        place(payload, &item)
        append(item)
    }

    public mutating func tcp(_ info: PacketInfo, segment: TCPSegmentInfo, payload: RawSpan) {
        append(.tcp, info, payload)
        segments.append(segment)
    }

    public mutating func icmp(_ info: PacketInfo, notice: ICMPNotice) {
        append(.icmp, info, RawSpan())
        notices.append(notice)
    }

    public mutating func warning(_ failure: DecodeFailure, frame: FrameRef) {
        // Told after the time of its frame, whose own it has not.
        endFrame()
        add(Item(.warning, time: .zero))
        failures.append((failure, frame))
    }
}

extension PacketInfo {
    /// A UDP datagram over IPv4 that is whole and stood in a packet of its own, in no tunnel.
    @inline(__always)
    fileprivate var isPlain: Bool {
        source.address.isV4 && destination.address.isV4 && transport == 17 && !isTruncated && fragments == 0
            && depth == 0 && hepType == 0 && ipID <= 0xFFFF
    }
}

/// Decodes the network layer of frames into batches.
public struct BatchFiller: ~Copyable {
    private var network = NetworkDecoder()
    public private(set) var batch: PacketBatch

    /// - Parameter readsAhead: SIP messages are read here, for whoever follows calls on another thread.
    public init(_ options: CaptureDecoder.Options = CaptureDecoder.Options(), readsAhead: Bool = true) {
        batch = PacketBatch(readsAhead: readsAhead ? options.describesSteps : nil)
    }

    /// One frame, in order of the capture.
    public mutating func add(_ frame: FrameHeader, _ bytes: RawSpan) {
        batch.begin(frame.time)
        network.decode(frame, bytes, to: &batch)
    }

    /// Frames stand in this block from now on, or in none for long. The batch has to be empty.
    public mutating func goOn(in block: OctetBlock?) { batch.block = block }

    /// The capture is over: fragments that still wait come out.
    public mutating func finish() { network.finish(to: &batch) }

    /// A new batch to go on with.
    var empty: PacketBatch { PacketBatch(readsAhead: batch.readsAhead) }

    /// The batch was taken where it stands: goes on with it, in the same block.
    public mutating func goOnEmpty() {
        let block = batch.block
        batch.clear()
        batch.block = block
    }

    /// Notes what of the last frame is not in the batch yet, which is about to be taken where it stands.
    public mutating func close() { batch.endFrame() }

    /// Takes the batch away and goes on in the memory of `other`, in the same block.
    mutating func exchange(with other: inout PacketBatch) {
        batch.endFrame()
        swap(&batch, &other)
        batch.goOn(from: &other)
    }
}
