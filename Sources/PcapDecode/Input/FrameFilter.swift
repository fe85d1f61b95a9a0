import CPcap
import FaxCore
import FaxWire

/// A libpcap filter expression, compiled for each link type as its frames come.
struct FrameFilter: ~Copyable {
    enum Limit {
        static let snapshotLength: Int32 = 262_144
    }

    /// A compiled program; `nil`: the expression makes no sense for this link type, its frames do not match.
    private struct Program {
        var linkType: LinkType
        var code: UnsafeMutablePointer<bpf_program>?
    }

    let expression: String
    private var programs: [Program] = []

    /// - Throws: ``CaptureError/badFilter(expression:reason:)`` when the expression compiles for no common link type.
    init(_ expression: String) throws(CaptureError) {
        self.expression = expression
        var first: String?
        for linkType in [LinkType.ethernet, .rawIP, .linuxSLL2, .pppHDLC] {
            switch FrameFilter.compile(expression, linkType) {
            case .success(let code):
                FrameFilter.free(code)
                return
            case .failure(let reason): first = first ?? reason.text
            }
        }
        throw .badFilter(expression: expression, reason: first ?? "")
    }

    deinit {
        for program in programs {
            if let code = program.code { FrameFilter.free(code) }
        }
    }

    /// Whether a frame passes.
    mutating func matches(_ frame: FrameHeader, _ bytes: RawSpan) -> Bool {
        guard let code = program(frame.linkType) else { return false }
        var header = pcap_pkthdr()
        header.caplen = UInt32(truncatingIfNeeded: bytes.byteCount)
        header.len = UInt32(truncatingIfNeeded: frame.originalLength)
        return bytes.withUnsafeBytes { octets in
            let start = octets.baseAddress?.assumingMemoryBound(to: UInt8.self)
            return pcap_offline_filter(code, &header, start) != 0
        }
    }

    /// Link types that the expression does not fit, seen so far.
    var unfit: [LinkType] { programs.filter { $0.code == nil }.map(\.linkType) }

    private mutating func program(_ linkType: LinkType) -> UnsafeMutablePointer<bpf_program>? {
        for program in programs where program.linkType == linkType { return program.code }
        guard programs.count < CaptureReader.Limit.linkTypes else { return nil }
        let code = try? FrameFilter.compile(expression, linkType).get()
        programs.append(Program(linkType: linkType, code: code))
        return code
    }

    private struct Refusal: Error {
        var text: String
    }

    private static func compile(
        _ expression: String, _ linkType: LinkType
    ) -> Result<UnsafeMutablePointer<bpf_program>, Refusal> {
        guard let handle = pcap_open_dead(dataLinkType(linkType), Limit.snapshotLength) else {
            return .failure(Refusal(text: "libpcap could not be started"))
        }
        defer { pcap_close(handle) }
        let code = UnsafeMutablePointer<bpf_program>.allocate(capacity: 1)
        code.initialize(to: bpf_program())
        if pcap_compile(handle, code, expression, 1, PCAP_NETMASK_UNKNOWN) == 0 { return .success(code) }
        code.deallocate()
        return .failure(Refusal(text: String(cString: pcap_geterr(handle))))
    }

    private static func free(_ code: UnsafeMutablePointer<bpf_program>) {
        pcap_freecode(code)
        code.deallocate()
    }

    /// libpcap wants the value of this machine, which differs from the one in files for raw IP.
    private static func dataLinkType(_ linkType: LinkType) -> Int32 {
        linkType == .rawIP ? DLT_RAW : Int32(bitPattern: linkType.rawValue)
    }
}
