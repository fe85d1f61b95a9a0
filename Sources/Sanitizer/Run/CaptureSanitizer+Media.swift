import FaxCore
import FaxWire
import PcapDecode

extension CaptureSanitizer {
    /// The datagrams of one flow that are no SIP.
    mutating func replace(_ datagrams: [Datagram], of key: FlowBook.Key, number: Int) {
        let uses = flows[key.source, key.destination]
        let hasUDPTL = uses.contains { $0.stream.kind == .udptl }
        let iax2 = uses.first { $0.stream.kind == .iax2 }
        var udptl: [Datagram] = []
        var t38RTP: [Datagram] = []
        for datagram in datagrams {
            let octets = image.original(datagram.pieces)
            let bytes = octets.span.bytes
            if hasUDPTL, !MediaClassifier.isForeignToUDPTL(bytes, isCut: datagram.isCut) {
                udptl.append(datagram)
            } else if iax2 != nil || isIAX2(datagram, bytes) {
                replaceIAX2(octets, datagram, uses)
            } else if RTCPPacket.looksLike(bytes) {
                let isSealed = uses.contains { $0.stream.kind == .srtp }
                image.put(RTPMask(names).maskedReports(octets, isSealed: isSealed), at: datagram.pieces)
            } else if let use = use(of: octets, uses) {
                if use.stream.kind == .t38RTP { t38RTP.append(datagram) } else { replaceRTP(octets, datagram, use) }
            } else {
                zero(datagram)
            }
        }
        if !udptl.isEmpty { replaceUDPTL(udptl, number, uses) }
        if !t38RTP.isEmpty { replaceT38RTP(t38RTP, number, uses) }
    }

    /// The stream of a packet: that of its source, else any RTP of the flow.
    private func use(of octets: [UInt8], _ uses: [FlowBook.Use]) -> FlowBook.Use? {
        let kinds: [MediaStream.Kind] = [.rtp, .srtp, .t38RTP]
        let fit = uses.filter { kinds.contains($0.stream.kind) }
        guard let header = RTPHeader(octets.span.bytes) else { return nil }
        return fit.first { $0.stream.ssrc == header.ssrc } ?? fit.first
    }

    // MARK: Audio

    private mutating func audio(of use: FlowBook.Use) -> StreamAudio? {
        if names.isLearning { return nil }
        if let known = audio[use.number] { return known }
        let new = StreamAudio(use.stream, names, number: use.number)
        audio[use.number] = new
        if let new {
            counts.pages += new.pages
            counts.idents += new.identFrames
            counts.unreadBursts += new.unreadBursts
            counts.unlikeSignals += new.unlikeSignals
        }
        return new
    }

    private mutating func replaceRTP(_ octets: [UInt8], _ datagram: Datagram, _ use: FlowBook.Use) {
        counts.rtpPackets += 1
        if names.isLearning { return }
        var mask = RTPMask(names)
        mask.formats = use.stream.audio?.formats ?? [:]
        let audio = audio(of: use)
        let frame = FrameRef(number: UInt32(datagram.frame + 1))
        func masked(_ packet: [UInt8]) -> [UInt8] {
            mask.masked(packet) { audio?.payload(frame, $1) ?? audio?.payload(at: $0, $1) }
        }
        if use.stream.kind == .srtp {
            image.put(resealed(octets, use, masked) ?? mask.withoutContent(octets), at: datagram.pieces)
        } else {
            image.put(masked(octets), at: datagram.pieces)
        }
        counts.events += mask.events
    }

    /// An SRTP packet with other content, sealed with the key that stands in the SDP in place of its own; `nil`: it cannot
    /// be opened.
    private mutating func resealed(
        _ octets: [UInt8], _ use: FlowBook.Use, _ change: ([UInt8]) -> [UInt8]
    ) -> [UInt8]? {
        var rekeying =
            rekeyings.removeValue(forKey: use.number)
            ?? SRTPRekeying(use.stream.crypto, use.stream.crypto.map { MaskedText.crypto($0, names) })
        defer { rekeyings[use.number] = rekeying }
        let new = rekeying.resealed(octets, change)
        if new == nil { counts.sealedPackets += 1 }
        return new
    }

    // MARK: IAX2

    private func isIAX2(_ datagram: Datagram, _ bytes: RawSpan) -> Bool {
        let ports = [datagram.source.port, datagram.destination.port]
        return ports.contains(IAX2Frame.port) ? IAX2Frame.looksLike(bytes) : IAX2Frame.looksLikeNew(bytes)
    }

    private mutating func replaceIAX2(_ octets: [UInt8], _ datagram: Datagram, _ uses: [FlowBook.Use]) {
        counts.iax2Frames += 1
        let streams = uses.filter { $0.stream.kind == .iax2 }
        let audio = streams.compactMap { self.audio(of: $0) }
        let noise = NoisePayload(names: names)
        let encoding = streams.first?.stream.codec ?? ""
        let frame = FrameRef(number: UInt32(datagram.frame + 1))
        let mask = IAX2Mask(names: names) { sound in
            for stream in audio {
                if let new = stream.payload(frame, sound) { return new }
            }
            return noise.payload(for: sound, encoding: encoding)
        }
        image.put(mask.masked(octets), at: datagram.pieces)
    }

    // MARK: T.38

    private mutating func count(_ packets: Int, pages: Int, idents: Int) {
        counts.t38Packets += packets
        counts.pages += pages
        counts.idents += idents
    }

    private mutating func replaceUDPTL(_ datagrams: [Datagram], _ number: Int, _ uses: [FlowBook.Use]) {
        let version = uses.compactMap(\.stream.t38?.negotiatedVersion).first
        var mask = UDPTLMask(names, stream: number, negotiatedVersion: version)
        for datagram in datagrams {
            let frame = FrameRef(number: UInt32(datagram.frame + 1))
            mask.take(image.original(datagram.pieces), time: datagram.time, frame: frame)
        }
        mask.prepare()
        count(datagrams.count, pages: mask.pages, idents: mask.identFrames)
        if names.isLearning { return }
        for (index, datagram) in datagrams.enumerated() {
            image.put(mask.replacement(of: image.original(datagram.pieces), number: index), at: datagram.pieces)
        }
    }

    /// RFC 4612: one packet in each payload, put in order by number.
    private mutating func replaceT38RTP(_ datagrams: [Datagram], _ number: Int, _ uses: [FlowBook.Use]) {
        var octets: [UInt8] = []
        var places: [(sequence: Int, range: Range<Int>)] = []
        var highest: Int?
        for datagram in datagrams {
            let packet = image.original(datagram.pieces)
            guard let header = RTPHeader(packet.span.bytes) else {
                places.append((.min, octets.count..<octets.count))
                continue
            }
            let sequence = highest.map {
                $0 + Int(Int16(bitPattern: header.sequence &- UInt16(truncatingIfNeeded: $0)))
            }
            highest = max(highest ?? 0, sequence ?? Int(header.sequence))
            places.append((sequence ?? Int(header.sequence), octets.count..<octets.count + header.payload.count))
            octets += packet[header.payload]
        }
        let form = uses.compactMap(\.stream.t38?.form).first ?? .v1998
        var mask = T38StreamMask(octets, form: form)
        var next: Int?
        var first: [Int: Range<Int>] = [:]
        for place in places.sorted(by: { $0.sequence < $1.sequence }) where !place.range.isEmpty {
            if first[place.sequence] != nil { continue }
            first[place.sequence] = place.range
            if let next, place.sequence > next { mask.gap() }
            next = place.sequence + 1
            mask.packet(place.range)
        }
        let new = mask.masked(names, stream: number)
        count(datagrams.count, pages: mask.pages, idents: mask.identFrames)
        if names.isLearning { return }
        for (datagram, place) in zip(datagrams, places) {
            let packet = image.original(datagram.pieces)
            // A copy becomes a copy; what is none under the same number says nothing.
            guard let header = RTPHeader(packet.span.bytes), let source = first[place.sequence],
                octets[source] == packet[header.payload]
            else {
                zero(datagram)
                continue
            }
            let tail = packet[header.payload.upperBound...].map { _ in UInt8(0) }
            image.put(packet[..<header.payload.lowerBound] + new[source] + tail, at: datagram.pieces)
        }
    }

    /// SIP, SIP in WebSocket, or T.38; any other connection is set to zero.
    mutating func replace(_ stream: TCPStream, number: Int) {
        let t38 = flows[stream.source, stream.destination].first { $0.stream.kind == .t38TCP }?.stream.t38
        for (index, run) in stream.runs(image).enumerated() {
            let new: [UInt8]
            if let t38 {
                var (mask, rest) = T38StreamMask.tcp(run.octets, form: t38.form)
                new = mask.masked(names, stream: number << 8 | index, zeroing: rest)
                count(t38.entries.count, pages: mask.pages, idents: mask.identFrames)
            } else {
                let (masked, messages) = SIPStreamMask.masked(run.octets, names)
                counts.sipMessages += messages
                new = masked
            }
            if !names.isLearning { image.put(new, for: run) }
        }
    }
}
