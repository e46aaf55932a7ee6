package io.sluice.bench.methods;

/** Where the bytes come from. */
enum Origin {
  FILE("file → socket"),
  SOCKET("socket → socket");

  private final String title;

  Origin(String title) {
    this.title = title;
  }

  String title() {
    return title;
  }
}
