package io.sluice.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

@EnabledOnOs(value = OS.LINUX, disabledReason = "calls the C library of Linux")
class LibCTest {

  @Test
  @EnabledIfSystemProperty(
      named = "os.arch",
      matches = "amd64",
      disabledReason = "jnr-ffi's stubs differ by architecture; the claim is about x86-64")
  void everyCallIsANativeMethod() throws NoSuchMethodException {
    Class<?> bound = LinuxSyscalls.loadCalls().getClass();

    List<String> wrapped = new ArrayList<>();
    for (Method shape : LibC.Calls.class.getMethods()) {
      Method actual = bound.getMethod(shape.getName(), shape.getParameterTypes());
      if (!Modifier.isNative(actual.getModifiers())) {
        wrapped.add(shape.getName());
      }
    }

    assertThat(LibC.Calls.class.getMethods()).hasSizeGreaterThan(20);
    assertThat(wrapped).isEmpty();
  }

  @Test
  void everyParameterIsAPrimitive() {
    for (Class<?> shape : List.of(LibC.Calls.class, LibC.SixArguments.class)) {
      for (Method method : shape.getMethods()) {
        assertThat(method.getParameterTypes())
            .as(method.getName())
            .isSubsetOf(new Class<?>[] {int.class, long.class});
        assertThat(method.getReturnType()).as(method.getName()).isIn(int.class, long.class);
      }
    }
  }

  @Test
  void noneOfThemHasSixParameters() {
    for (Method method : LibC.Calls.class.getMethods()) {
      assertThat(method.getParameterCount()).as(method.getName()).isLessThan(6);
    }
  }
}
