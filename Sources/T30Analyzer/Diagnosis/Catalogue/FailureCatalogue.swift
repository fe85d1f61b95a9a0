import FaxCore

/// Every failure mode the project knows, layer by layer, whether or not a rule looks for it.
public enum FailureCatalogue {
    public static let entries: [CatalogueEntry] =
        setup + negotiation + transport + audio + ifp + t30 + gateway + compare

    public static func entry(_ id: String) -> CatalogueEntry? { byID[id] }

    private static let byID = Dictionary(entries.map { ($0.id, $0) }) { first, _ in first }
}
