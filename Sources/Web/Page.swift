/// The web page's files and the description of the API, embedded in the binary so that there is nothing to install beside it.
public enum Page {
    /// One file of the page, and what it is.
    public struct Asset: Sendable {
        public let contentType: String
        public let bytes: [UInt8]
    }

    /// The file that belongs at `path`, or nothing.
    public static func asset(at path: String) -> Asset? {
        switch path {
        case "/", "/index.html": Asset(contentType: "text/html; charset=utf-8", bytes: PackageResources.index_html)
        case "/style.css": Asset(contentType: "text/css; charset=utf-8", bytes: PackageResources.style_css)
        case "/lathe.mjs": Asset(contentType: "text/javascript; charset=utf-8", bytes: PackageResources.lathe_mjs)
        case "/openapi.json": Asset(contentType: "application/json", bytes: PackageResources.openapi_json)
        default: nil
        }
    }
}
