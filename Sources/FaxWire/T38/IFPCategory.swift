/// What an IFP packet is, for the depth of its redundancy: what is short and matters much can be protected more.
public enum IFPCategory: Sendable, Hashable, CaseIterable {
    case indicator, controlData, controlEnd, imageData, imageEnd
}
