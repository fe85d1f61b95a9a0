import CSpanDSP
import FaxWire

/// How a ``T38Terminal`` or a ``T38Gateway`` speaks T.38: what offer and answer agreed on, and what it does by habit.
public struct T38Channel: Sendable, Hashable {
    public enum RateManagement: Sendable, Hashable {
        /// TCF is made and checked at each end (T.38 8.1): the way of TCP.
        case localTCF
        /// TCF travels through T.38 (T.38 8.2): the way of UDP.
        case transferredTCF
    }

    /// How packets are spread over time.
    public enum Pacing: Sendable, Hashable {
        /// As fast as the modem that they stand for.
        case modem
        /// Whatever there is at once: the way of TCP.
        case none
    }

    /// When indicators are said again while no signal is sent. Two terminals of libspandsp 0.0.6 do not get through a call
    /// with repeats: a fault to try peers with, no setting for good calls.
    public enum IndicatorRepeats: Sendable, Hashable {
        case none, forTwoSeconds, always
    }

    /// How often libspandsp asks for each packet to be sent, under a new number each time.
    public struct Transmissions: Sendable, Hashable {
        /// 0: indicators are left out (TCP only).
        public var indicator = 3
        public var data = 1
        /// Packets that end a signal.
        public var end = 3

        public init() {}
    }

    /// T38FaxVersion: below 2 the ASN.1 of 1998 (``IFPForm``).
    public var version = 0
    public var rateManagement = RateManagement.transferredTCF
    public var removesFillBits = false
    public var pacing = Pacing.modem
    public var indicatorRepeats = IndicatorRepeats.none
    public var transmissions = Transmissions()
    /// Time for the talker echo protection tone is kept free before V.17 and V.29.
    public var allowsForTEP = false
    /// T38FaxMaxDatagram of the other side; `nil`: libspandsp's own value.
    public var maximumDatagram: Int?

    public init() {}

    /// T38_TERMINAL_OPTION_… bits.
    var options: Int32 {
        var options = 0
        switch pacing {
        case .modem: break
        case .none: options |= T38_TERMINAL_OPTION_NO_PACING
        }
        switch indicatorRepeats {
        case .none: break
        case .forTwoSeconds: options |= T38_TERMINAL_OPTION_2S_REPEATING_INDICATORS
        case .always: options |= T38_TERMINAL_OPTION_REGULAR_INDICATORS
        }
        if transmissions.indicator == 0 { options |= T38_TERMINAL_OPTION_NO_INDICATORS }
        return Int32(options)
    }

    /// After whatever else sets counts of transmissions.
    func configure(_ core: OpaquePointer) {
        // libspandsp takes version 1 for the ASN.1 of 2002.
        t38_set_t38_version(core, version < 2 ? 0 : Int32(clamping: version))
        t38_set_data_rate_management_method(
            core,
            Int32(clamping: rateManagement.spandsp.rawValue))
        if let maximumDatagram { t38_set_max_datagram_size(core, Int32(clamping: maximumDatagram)) }
        for category in IFPCategory.allCases {
            t38_set_redundancy_control(core, category.spandsp, setting(category))
        }
    }

    /// The count goes through to the packet callback as it is: its second octet says there which category it is of.
    private func setting(_ category: IFPCategory) -> Int32 {
        let count: Int
        switch category {
        case .indicator: count = transmissions.indicator
        case .controlData, .imageData: count = max(transmissions.data, 1)
        case .controlEnd, .imageEnd: count = max(transmissions.end, 1)
        }
        guard count > 0 else { return 0 }
        return (category.spandsp + 1) << 8 | Int32(clamping: min(count, 0xFF))
    }
}

extension T38Channel.RateManagement {
    fileprivate var spandsp: t38_data_rate_management_types_e {
        switch self {
        case .localTCF: T38_DATA_RATE_MANAGEMENT_LOCAL_TCF
        case .transferredTCF: T38_DATA_RATE_MANAGEMENT_TRANSFERRED_TCF
        }
    }
}

extension IFPCategory {
    var spandsp: Int32 { Int32(clamping: name.rawValue) }

    private var name: t38_packet_categories_e {
        switch self {
        case .indicator: T38_PACKET_CATEGORY_INDICATOR
        case .controlData: T38_PACKET_CATEGORY_CONTROL_DATA
        case .controlEnd: T38_PACKET_CATEGORY_CONTROL_DATA_END
        case .imageData: T38_PACKET_CATEGORY_IMAGE_DATA
        case .imageEnd: T38_PACKET_CATEGORY_IMAGE_DATA_END
        }
    }

    /// Of what ``T38Channel`` put into the count of transmissions; an indicator that is said again has a bare count.
    static func of(setting: Int32) -> IFPCategory {
        allCases.first { $0.spandsp + 1 == setting >> 8 } ?? .indicator
    }
}
