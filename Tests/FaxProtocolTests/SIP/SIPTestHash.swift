import FaxCore
import FaxProtocol
import FaxWire

/// What stands in for the hash functions where only both sides' agreement matters.
enum SIPTestHash {
    /// No real hash, but enough to see that both sides hash the same.
    static let plain = SIPDigestHash(md5: { mix($0, count: 16) }, sha256: { mix($0, count: 32) })

    private static func mix(_ octets: [UInt8], count: Int) -> [UInt8] {
        var state: UInt64 = 0xCBF2_9CE4_8422_2325
        for octet in octets { state = (state ^ UInt64(octet)) &* 0x100_0000_01B3 }
        var random = SeededRandom(seed: state)
        return (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next()) }
    }
}

/// A response as any server makes it.
enum SIPTestServer {
    static func response(
        to request: SIPMessage, _ status: Int, headers: [SIPMessageDraft.Header] = []
    ) -> SIPMessage? {
        var draft = SIPMessageDraft(.response(status: status, reason: "Test"))
        for header in [SIPHeader.via, .from, .callID, .cseq] { draft.add(header, request.value(header) ?? "") }
        let to = request.value(.to) ?? ""
        draft.add(.to, request.toTag == nil ? "\(to);tag=server" : to)
        draft.headers += headers
        return try? SIPMessage.lax(draft.octets.span.bytes).value
    }
}
