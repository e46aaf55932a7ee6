package io.sluice.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import org.junit.jupiter.api.Test;

class ErrnoTest {

  @Test
  void everyConstantHasItsLinuxValueAndItsOwnName() throws IllegalAccessException {
    int checked = 0;
    for (Field field : Errno.class.getFields()) {
      if (Modifier.isStatic(field.getModifiers())) {
        int value = field.getInt(null);
        // Compared with an independent table.
        int known = jnr.constants.platform.linux.Errno.valueOf(field.getName()).intValue();

        assertThat(value).as(field.getName()).isEqualTo(known);
        assertThat(Errno.name(value)).isEqualTo(field.getName());
        assertThat(Errno.text(value)).isNotEqualTo(field.getName()).doesNotContain("Unknown");
        checked++;
      }
    }
    assertThat(checked).isGreaterThan(40);
  }

  @Test
  void wordsAreThoseOfStrerror() {
    assertThat(Errno.text(Errno.ECONNREFUSED)).isEqualTo("Connection refused");
    assertThat(Errno.text(Errno.EADDRINUSE)).isEqualTo("Address already in use");
    assertThat(Errno.text(9999)).isEqualTo("Unknown error 9999");
    assertThat(Errno.name(9999)).isEqualTo("errno 9999");
  }

  @Test
  void onlyMinusEagainMeansNotNow() {
    assertThat(Errno.wouldBlock(-Errno.EAGAIN)).isTrue();
    assertThat(Errno.wouldBlock(Errno.EAGAIN)).isFalse();
    assertThat(Errno.wouldBlock(0)).isFalse();
    assertThat(Errno.wouldBlock(-Errno.EINTR)).isFalse();
    assertThat(Errno.wouldBlock(-Errno.EAGAIN + (1L << 32))).isFalse();
  }

  @Test
  void anExceptionTellsCallObjectAndReason() {
    ErrnoException bind = new ErrnoException("bind", Errno.EADDRINUSE, "0.0.0.0:443");

    assertThat(bind).hasMessage("bind 0.0.0.0:443: Address already in use (EADDRINUSE)");
    assertThat(bind.errno()).isEqualTo(98);
    assertThat(new ErrnoException("pipe2", Errno.EMFILE))
        .hasMessage("pipe2: Too many open files (EMFILE)");
  }

  @Test
  void checkPassesResultsOn() throws ErrnoException {
    assertThat(ErrnoException.check("socket", 7, "")).isEqualTo(7);
    assertThat(ErrnoException.check("bind", 0, "")).isZero();
  }
}
