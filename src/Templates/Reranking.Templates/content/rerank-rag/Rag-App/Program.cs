using Microsoft.SemanticKernel;
using Rag_App;

WebApplicationBuilder builder = WebApplication.CreateBuilder(args);
IKernelBuilder kernel = builder.Services.AddKernel();

// The first stage fetches wide. This one needs neither a model nor a database; for yours, return a VectorStoreTextSearch<Passage>.
string documents = Path.Combine(builder.Environment.ContentRootPath, builder.Configuration["Documents"] ?? "Documents");
kernel.AddRerankedTextSearch<Passage>(_ => new KeywordSearch(MarkdownFolder.Read(documents)));

// The second stage reads question and passage together, and puts the passages that answer first.
#if (Cohere)
kernel.AddReranking(builder.Configuration.GetSection("Reranking")).AddCohere().AddOnnx();
#else
kernel.AddReranking(builder.Configuration.GetSection("Reranking")).AddOnnx();
#endif

// Any OpenAI-compatible endpoint writes the answer. Without one, the passages are the answer.
if (builder.Configuration["Chat:Model"] is { Length: > 0 } model)
{
    kernel.AddOpenAIChatCompletion(model, new Uri(builder.Configuration["Chat:Endpoint"]!), builder.Configuration["Chat:ApiKey"]);
}

builder.Services.AddSingleton<Assistant>();
WebApplication app = builder.Build();
_ = app.Services.GetRequiredService<Assistant>();   // reads the documents now, so that a wrong folder stops the start

app.MapGet("/", () => "Ask a question: /ask?question=I+forgot+my+PIN");
app.MapGet("/ask", async (string? question, Assistant assistant, CancellationToken cancellationToken) => string.IsNullOrWhiteSpace(question)
    ? Results.BadRequest("No question; expected /ask?question=TEXT.")
    : Results.Ok(await assistant.AskAsync(question, cancellationToken)));
app.Run();
