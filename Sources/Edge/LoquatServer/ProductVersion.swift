/// As `loquat --version` and `/openapi.json` tell it.
package let productVersion = "0.2.0"
