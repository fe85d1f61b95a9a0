/// The t30-indicator of an IFP packet (T.38 7.3.1, Annex A). The raw value counts through the root of the enumeration
/// (0…15) and on through its extension (16…22).
public enum T38Indicator: UInt8, Sendable, CaseIterable {
    case noSignal, cng, ced, v21Preamble
    case v27Training2400, v27Training4800
    case v29Training7200, v29Training9600
    case v17ShortTraining7200, v17LongTraining7200
    case v17ShortTraining9600, v17LongTraining9600
    case v17ShortTraining12000, v17LongTraining12000
    case v17ShortTraining14400, v17LongTraining14400
    case v8Ansam, v8Signal, v34ControlChannel1200, v34PrimaryChannel, v34ControlChannelRetrain
    case v33Training12000, v33Training14400

    /// How many values the root of the enumeration has; the others are its extension.
    static let rootCount = 16

    /// As the ASN.1 of T.38 spells it.
    public var name: String {
        switch self {
        case .noSignal: "no-signal"
        case .cng: "cng"
        case .ced: "ced"
        case .v21Preamble: "v21-preamble"
        case .v27Training2400: "v27-2400-training"
        case .v27Training4800: "v27-4800-training"
        case .v29Training7200: "v29-7200-training"
        case .v29Training9600: "v29-9600-training"
        case .v17ShortTraining7200: "v17-7200-short-training"
        case .v17LongTraining7200: "v17-7200-long-training"
        case .v17ShortTraining9600: "v17-9600-short-training"
        case .v17LongTraining9600: "v17-9600-long-training"
        case .v17ShortTraining12000: "v17-12000-short-training"
        case .v17LongTraining12000: "v17-12000-long-training"
        case .v17ShortTraining14400: "v17-14400-short-training"
        case .v17LongTraining14400: "v17-14400-long-training"
        case .v8Ansam: "v8-ansam"
        case .v8Signal: "v8-signal"
        case .v34ControlChannel1200: "v34-cntl-channel-1200"
        case .v34PrimaryChannel: "v34-pri-channel"
        case .v34ControlChannelRetrain: "v34-CC-retrain"
        case .v33Training12000: "v33-12000-training"
        case .v33Training14400: "v33-14400-training"
        }
    }

    /// The image modem and rate that it trains, `nil` for tones, V.21, V.8 and V.34.
    public var training: (modem: T38Modem, rateBps: Int, short: Bool)? {
        switch self {
        case .v27Training2400: (.v27ter, 2400, false)
        case .v27Training4800: (.v27ter, 4800, false)
        case .v29Training7200: (.v29, 7200, false)
        case .v29Training9600: (.v29, 9600, false)
        case .v17ShortTraining7200: (.v17, 7200, true)
        case .v17LongTraining7200: (.v17, 7200, false)
        case .v17ShortTraining9600: (.v17, 9600, true)
        case .v17LongTraining9600: (.v17, 9600, false)
        case .v17ShortTraining12000: (.v17, 12000, true)
        case .v17LongTraining12000: (.v17, 12000, false)
        case .v17ShortTraining14400: (.v17, 14400, true)
        case .v17LongTraining14400: (.v17, 14400, false)
        case .v33Training12000: (.v33, 12000, false)
        case .v33Training14400: (.v33, 14400, false)
        case .noSignal, .cng, .ced, .v21Preamble, .v8Ansam, .v8Signal, .v34ControlChannel1200, .v34PrimaryChannel,
            .v34ControlChannelRetrain:
            nil
        }
    }
}

/// The modem that a T.38 data type or training indicator stands for.
public enum T38Modem: String, Sendable, CaseIterable {
    case v21 = "V.21"
    case v27ter = "V.27ter"
    case v29 = "V.29"
    case v17 = "V.17"
    case v33 = "V.33"
    case v8 = "V.8"
    case v34 = "V.34"
}

/// The t30-data type of an IFP packet (T.38 7.3.2, Annex A): root 0…8, extension 9…14.
public enum T38DataType: UInt8, Sendable, CaseIterable {
    case v21
    case v27At2400, v27At4800
    case v29At7200, v29At9600
    case v17At7200, v17At9600, v17At12000, v17At14400
    case v8, v34PrimaryRate, v34ControlChannel1200, v34PrimaryChannel
    case v33At12000, v33At14400

    static let rootCount = 9

    /// As the ASN.1 of T.38 spells it.
    public var name: String {
        switch self {
        case .v21: "v21"
        case .v27At2400: "v27-2400"
        case .v27At4800: "v27-4800"
        case .v29At7200: "v29-7200"
        case .v29At9600: "v29-9600"
        case .v17At7200: "v17-7200"
        case .v17At9600: "v17-9600"
        case .v17At12000: "v17-12000"
        case .v17At14400: "v17-14400"
        case .v8: "v8"
        case .v34PrimaryRate: "v34-pri-rate"
        case .v34ControlChannel1200: "v34-CC-1200"
        case .v34PrimaryChannel: "v34-pri-ch"
        case .v33At12000: "v33-12000"
        case .v33At14400: "v33-14400"
        }
    }

    public var modem: T38Modem {
        switch self {
        case .v21: .v21
        case .v27At2400, .v27At4800: .v27ter
        case .v29At7200, .v29At9600: .v29
        case .v17At7200, .v17At9600, .v17At12000, .v17At14400: .v17
        case .v8: .v8
        case .v34PrimaryRate, .v34ControlChannel1200, .v34PrimaryChannel: .v34
        case .v33At12000, .v33At14400: .v33
        }
    }

    /// `nil` where the type does not tell (the V.34 primary channel).
    public var rateBps: Int? {
        switch self {
        case .v21, .v8: 300
        case .v27At2400: 2400
        case .v27At4800: 4800
        case .v29At7200, .v17At7200: 7200
        case .v29At9600, .v17At9600: 9600
        case .v17At12000, .v33At12000: 12000
        case .v17At14400, .v33At14400: 14400
        case .v34ControlChannel1200: 1200
        case .v34PrimaryRate, .v34PrimaryChannel: nil
        }
    }
}

/// The field-type of an IFP data field (T.38 7.3.3, Annex A): root 0…7, extension (2002 form only) 8…11.
public enum T38FieldType: UInt8, Sendable, CaseIterable {
    case hdlcData, hdlcSigEnd, hdlcFCSOK, hdlcFCSBad, hdlcFCSOKSigEnd, hdlcFCSBadSigEnd
    case t4NonECMData, t4NonECMSigEnd
    case cmMessage, jmMessage, ciMessage, v34Rate

    static let rootCount = 8

    /// As the ASN.1 of T.38 spells it.
    public var name: String {
        switch self {
        case .hdlcData: "hdlc-data"
        case .hdlcSigEnd: "hdlc-sig-end"
        case .hdlcFCSOK: "hdlc-fcs-OK"
        case .hdlcFCSBad: "hdlc-fcs-BAD"
        case .hdlcFCSOKSigEnd: "hdlc-fcs-OK-sig-end"
        case .hdlcFCSBadSigEnd: "hdlc-fcs-BAD-sig-end"
        case .t4NonECMData: "t4-non-ecm-data"
        case .t4NonECMSigEnd: "t4-non-ecm-sig-end"
        case .cmMessage: "cm-message"
        case .jmMessage: "jm-message"
        case .ciMessage: "ci-message"
        case .v34Rate: "v34rate"
        }
    }

    /// The signal of the modem ends with this field.
    public var endsSignal: Bool {
        switch self {
        case .hdlcSigEnd, .hdlcFCSOKSigEnd, .hdlcFCSBadSigEnd, .t4NonECMSigEnd: true
        case .hdlcData, .hdlcFCSOK, .hdlcFCSBad, .t4NonECMData, .cmMessage, .jmMessage, .ciMessage, .v34Rate: false
        }
    }

    /// An HDLC frame ends with this field: `true` = its FCS was right, `false` = it was not, `nil` = no frame ends.
    public var frameCheck: Bool? {
        switch self {
        case .hdlcFCSOK, .hdlcFCSOKSigEnd: true
        case .hdlcFCSBad, .hdlcFCSBadSigEnd: false
        case .hdlcData, .hdlcSigEnd, .t4NonECMData, .t4NonECMSigEnd, .cmMessage, .jmMessage, .ciMessage, .v34Rate:
            nil
        }
    }
}

/// Which ASN.1 of T.38 the IFP packets follow: that of 1998, whose field-type has no extension marker, or that of the
/// 2002 edition and all later ones. SDP's `T38FaxVersion` 0 stands for the first, 1 for its corrigendum; from 2 on it
/// is the other. The octets decide (``IFPFormDetector``).
public enum IFPForm: Int, Sendable, CaseIterable {
    case v1998 = 0
    case v2002 = 2

    /// The form that a `T38FaxVersion` calls for.
    public init(version: Int) { self = version >= 2 ? .v2002 : .v1998 }
}
