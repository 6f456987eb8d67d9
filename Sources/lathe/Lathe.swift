@main
struct Lathe {
    static func main() {}
}
