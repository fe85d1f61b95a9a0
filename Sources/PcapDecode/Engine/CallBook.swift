import FaxCore
import FaxWire

/// The open calls: which dialog is which call, and which media endpoint belongs to whom.
struct CallBook {
    private(set) var byDialog: [DialogID: OpenCall] = [:]
    /// Open calls in order of their ids.
    private(set) var open: [OpenCall] = []
    private var expectations: [Endpoint: [Expectation]] = [:]
    private var rtcpExpectations: [Endpoint: [OpenCall]] = [:]
    private var nextID = 1

    /// Calls remembered that expect their media at one endpoint. More than these cannot be told apart by it: the latest
    /// count.
    static let callsAtEndpoint = 64

    var count: Int { open.count }

    mutating func openCall(dialog: DialogID?, time: Instant, frame: FrameRef) -> OpenCall {
        let call = OpenCall(id: nextID, dialog: dialog, time: time, frame: frame)
        nextID += 1
        open.append(call)
        if let dialog { byDialog[dialog] = call }
        return call
    }

    /// The open call with this id.
    func call(_ id: Int) -> OpenCall? {
        var (low, high) = (0, open.count)
        while low < high {
            let middle = (low + high) / 2
            if open[middle].id < id { low = middle + 1 } else { high = middle }
        }
        return low < open.count && open[low].id == id ? open[low] : nil
    }

    /// Forgets the closed calls in one pass.
    mutating func remove(_ closed: [OpenCall]) {
        guard !closed.isEmpty else { return }
        let ids = Set(closed.map(\.id))
        open.removeAll { ids.contains($0.id) }
        for call in closed {
            if let dialog = call.dialog { byDialog[dialog] = nil }
            for endpoint in call.endpoints {
                expectations[endpoint]?.removeAll { $0.call === call }
                if expectations[endpoint]?.isEmpty == true { expectations[endpoint] = nil }
            }
            for endpoint in call.rtcpEndpoints {
                rtcpExpectations[endpoint]?.removeAll { $0 === call }
                if rtcpExpectations[endpoint]?.isEmpty == true { rtcpExpectations[endpoint] = nil }
            }
        }
    }

    /// Notes what an SDP announced: the endpoint itself, and the same port at the address its signalling came from, for
    /// parties behind NAT.
    mutating func expect(_ media: NegotiatedMedia, session: Int, of call: OpenCall, signallingSource: IPAddress?) {
        guard media.endpoint.port != 0 else { return }
        var endpoints: [Endpoint] = []
        if !media.endpoint.address.isUnspecified { endpoints.append(media.endpoint) }
        if let source = signallingSource, source != media.endpoint.address {
            endpoints.append(Endpoint(source, media.endpoint.port))
        }
        for endpoint in endpoints {
            add(Expectation(call: call, session: session, media: media), at: endpoint)
            if !call.endpoints.contains(endpoint) { call.endpoints.append(endpoint) }
        }
        guard media.kind == .audio, media.endpoint.port < .max else { return }
        let rtcp = Endpoint(media.endpoint.address, media.rtcpPort ?? media.endpoint.port + 1)
        guard !call.rtcpEndpoints.contains(rtcp) else { return }
        call.rtcpEndpoints.append(rtcp)
        rtcpExpectations[rtcp, default: []].append(call)
        if rtcpExpectations[rtcp]?.count ?? 0 > Self.callsAtEndpoint { rtcpExpectations[rtcp]?.removeFirst() }
    }

    /// The latest announcement of a call takes the place of its earlier ones.
    private mutating func add(_ expectation: Expectation, at endpoint: Endpoint) {
        var all = expectations.removeValue(forKey: endpoint) ?? []
        all.removeAll { $0.call === expectation.call }
        if all.count >= Self.callsAtEndpoint { all.removeFirst() }
        all.append(expectation)
        expectations[endpoint] = all
    }

    /// The call whose RTCP goes between these ends (RFC 3550 §11: the port after the media's, unless announced).
    func rtcpCall(of key: FlowKey) -> OpenCall? {
        (rtcpExpectations[key.destination] ?? rtcpExpectations[key.source])?.last
    }

    /// Who is expected to receive at this endpoint, latest announcement first, at most one of each call.
    func expecting(at endpoint: Endpoint) -> [Expectation] {
        expectations[endpoint]?.reversed() ?? []
    }
}
