using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.SemanticKernel;
using Microsoft.SemanticKernel.ChatCompletion;
using RagChat.Chat;
using RagChat.Retrieval;

namespace RagChat;

internal static class HelpDeskServiceCollectionExtensions
{
    /// <summary>Adds the help desk and, where the section <c>Chat</c> names one, the chat model behind Semantic Kernel.</summary>
    public static IServiceCollection AddHelpDesk(this IServiceCollection services, IConfiguration configuration)
    {
        services.Configure<RetrievalOptions>(configuration.GetSection("Retrieval"));
        services.AddSingleton<HelpDesk>();
        ChatOptions chat = configuration.GetSection("Chat").Get<ChatOptions>() ?? new ChatOptions();
        if (chat.Model.Length > 0)
        {
            IKernelBuilder kernel = services.AddKernel();
            if (chat.Endpoint.Length > 0)
            {
                kernel.AddOpenAIChatCompletion(chat.Model, new Uri(chat.Endpoint), chat.ApiKey);
            }
            else
            {
                kernel.AddOpenAIChatCompletion(chat.Model, chat.ApiKey);
            }

            services.AddSingleton(provider => new ChatModel(provider.GetRequiredService<IChatCompletionService>()));
        }

        return services;
    }
}
