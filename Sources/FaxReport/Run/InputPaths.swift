import Foundation

/// The captures that the arguments name: files as they are, of folders every file inside, in order of name.
public enum InputPaths {
    public static let fileLimit = 100_000

    public struct Input: Sendable, Equatable {
        public var path: String
        /// Found in a folder: not being a capture is then no error.
        public var isFromFolder: Bool
    }

    public static func expanded(_ arguments: [String]) -> [Input] {
        arguments.flatMap { argument -> [Input] in
            var isFolder: ObjCBool = false
            guard argument != "-", FileManager.default.fileExists(atPath: argument, isDirectory: &isFolder),
                isFolder.boolValue
            else { return [Input(path: argument, isFromFolder: false)] }
            return contents(argument)
        }
    }

    private static func contents(_ folder: String) -> [Input] {
        guard let walk = FileManager.default.enumerator(atPath: folder) else { return [] }
        var paths: [String] = []
        while let name = walk.nextObject() as? String, paths.count < fileLimit {
            let isHidden = name.split(separator: "/").contains { $0.hasPrefix(".") }
            let type = walk.fileAttributes?[.type] as? FileAttributeType
            if !isHidden && type == .typeRegular { paths.append(folder + "/" + name) }
        }
        return paths.sorted().map { Input(path: $0, isFromFolder: true) }
    }
}
