// Names and values of the SPA family: the elements of its profiles. Labels on its pages are the same words with blanks.
extension SettingDialect {
    private static let flag = [("yes", "Yes"), ("no", "No")]
    private static let codec = [("pcmu", "G711u"), ("pcma", "G711a")]

    private static func term(_ name: String, _ values: [(String, String)] = []) -> Term {
        Term(names: [name], values: values.map { (ours: $0.0, theirs: $0.1) })
    }

    private static let common: [ATASetting: Term] = [
        .t38: term("FAX_Enable_T38_#_", flag),
        .t38Redundancy: term("FAX_T38_Redundancy_#_"),
        .passthroughMethod: term(
            "FAX_Passthru_Method_#_", [("none", "None"), ("nse", "NSE"), ("reinvite", "ReINVITE")]),
        .passthroughCodec: term("FAX_Passthru_Codec_#_", codec),
        .codecSymmetric: term("FAX_Codec_Symmetric_#_", flag),
        .processNSE: term("FAX_Process_NSE_#_", flag),
        .detectCNG: term("FAX_CNG_Detect_Enable_#_", flag),
        .faxDisablesEchoCanceller: term("FAX_Disable_ECAN_#_", flag),
        .detectRole: term(
            "FAX_Tone_Detect_Mode_#_",
            [("both", "caller or callee"), ("caller", "caller only"), ("callee", "callee only")]),
        .preferredCodec: term(
            "Preferred_Codec_#_",
            codec + [("g726-32", "G726-32"), ("g729", "G729a"), ("g729", "G729"), ("g723", "G723")]),
        .onlyPreferredCodec: term("Use_Pref_Codec_Only_#_", flag),
        .packetTime: term("RTP_Packet_Size"),
        .silenceSuppression: term("Silence_Supp_Enable_#_", flag),
        .echoCanceller: term("Echo_Canc_Enable_#_", flag),
        .inputGain: term("FXS_Port_Input_Gain"),
        .outputGain: term("FXS_Port_Output_Gain"),
        .jitterLevel: term(
            "Network_Jitter_Level_#_",
            [
                ("low", "low"), ("medium", "medium"), ("high", "high"), ("very-high", "very high"),
                ("extremely-high", "extremely high"),
            ]),
        .callWaiting: term("Call_Waiting_Serv_#_", flag),
        .threeWayCalls: term("Three_Way_Call_Serv_#_", flag),
        .impedance: term("FXS_Port_Impedance"),
        .lineEnabled: term("Line_Enable_#_", flag),
        .proxy: term("Proxy_#_"),
        .registers: term("Register_#_", flag),
        .user: term("User_ID_#_"),
        .password: term("Password_#_"),
        .registerExpires: term("Register_Expires_#_"),
        .callsWithoutRegistration: term("Make_Call_Without_Reg_#_", flag),
        .answersWithoutRegistration: term("Ans_Call_Without_Reg_#_", flag),
        .statisticsInBye: term("Stats_In_BYE", flag),
        .rtpPortMinimum: term("RTP_Port_Min"),
        .rtpPortMaximum: term("RTP_Port_Max"),
        .syslogServer: term("Syslog_Server"),
        .debugServer: term("Debug_Server"),
        .debugLevel: term("Debug_Level"),
        .sipDebug: term("SIP_Debug_Option_#_"),
        .resyncPeriod: term("Resync_Periodic"),
    ]

    /// SPA1001…SPA8000 and PAP2.
    public static let spaPages = SettingDialect(
        family: .spaPages,
        terms: common.merging([
            .detectCED: term("FAX_CED_Detect_Enable_#_", flag),
            .echoCancellerAdapts: term("Echo_Canc_Adapt_Enable_#_", flag),
            .echoSuppressor: term("Echo_Supp_Enable_#_", flag),
            .jitterAdjustment: term(
                "Jitter_Buffer_Adjustment_#_",
                [("up-and-down", "up and down"), ("up", "up only"), ("down", "down only"), ("none", "disable")]),
        ]) { $1 })

    /// SPA112, SPA122, ATA191, ATA192.
    public static let spaXML = SettingDialect(
        family: .spaXML,
        terms: common.merging([
            .t38ECM: term("FAX_T38_ECM_Enable_#_", flag),
            .t38ReturnToVoice: term("FAX_T38_Return_to_Voice_#_", flag),
            .detectV21: term("FAX_V21_Detect_Enable_#_", flag),
            .modemLine: term("Modem_Line_#_", flag),
            .jitterAdjustment: term("Jitter_Buffer_Adjustment_#_", [("adaptive", "Yes"), ("none", "No")]),
        ]) { $1 })
}
