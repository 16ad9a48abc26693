// Shows the API of the service that this page came from; asks nobody else.
window.addEventListener("load", () => {
  SwaggerUIBundle({
    url: "openapi.yaml",
    dom_id: "#api",
    deepLinking: true,
    validatorUrl: null,
  });
});
