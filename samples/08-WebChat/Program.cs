using System.ClientModel;
using Microsoft.Extensions.AI;
using OpenAI;
using RagChat.Knowledge;
using RagChat.Retrieval;
using Reranking;
using Reranking.Onnx;
using WebChat;

using var embeddings = new OnnxEmbeddingGenerator(new OnnxEmbeddingGeneratorOptions
{
    ModelPath = Path.Combine(AppContext.BaseDirectory, "models", "bge-small-en-v1.5-int8"),
    QueryPrefix = "Represent this sentence for searching relevant passages: ",
});
IReadOnlyList<Passage> passages = HelpCenter.ReadPassages(Path.Combine(AppContext.BaseDirectory, "knowledge"));
using PassageIndex index = await PassageIndex.BuildAsync(passages, embeddings);

WebApplicationBuilder builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
builder.Configuration["AllowedHosts"] = "localhost;127.0.0.1;[::1]";   // a page of a browser may reach loopback by a name of its own
builder.WebHost.UseUrls(builder.Configuration["urls"] ?? "http://127.0.0.1:5080");
builder.Services.AddReranking(builder.Configuration.GetSection("Reranking")).AddOnnx();
builder.Services.AddSingleton(index);
builder.Services.AddSingleton<HelpChat>();

// With a chat model, a question such as "And on the tablet?" is made whole before it is searched for. Without one, it is searched for as it is.
if (builder.Configuration["Chat:Model"] is { Length: > 0 } model)
{
    var client = new OpenAIClient(
        new ApiKeyCredential(builder.Configuration["Chat:ApiKey"] is { Length: > 0 } key ? key : "none"),
        new OpenAIClientOptions { Endpoint = new Uri(builder.Configuration["Chat:Endpoint"]!) });
    builder.Services.AddSingleton(client.GetChatClient(model).AsIChatClient());
    builder.Services.AddSingleton<IQueryBuilder>(static services => new CondensingQueryBuilder(services.GetRequiredService<IChatClient>()));
}
else
{
    builder.Services.AddSingleton<IQueryBuilder, LastUserMessageQueryBuilder>();
}

WebApplication app = builder.Build();
app.UseFileServer();   // the page, wwwroot/index.html

// curl -N http://localhost:5080/chat --json '{"messages":[{"role":"user","text":"May our notes be kept in another country?"}]}'
app.MapPost("/chat", static (ChatRequest request, HelpChat chat, CancellationToken cancellationToken) => request.IsValid
    ? Results.ServerSentEvents(chat.AnswerAsync(request.Messages, cancellationToken))
    : Results.BadRequest("Expected messages of the roles user and assistant, the last of them a user's."));
app.Run();
