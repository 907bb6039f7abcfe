@main
enum RelayCommand {
  static func main() {}
}
