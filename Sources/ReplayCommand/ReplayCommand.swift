@main
enum ReplayCommand {
  static func main() {}
}
